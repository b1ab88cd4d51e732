-- name: views
-- What anybody reads: facts, sums and names, as views in words that mean the same in any database.
SELECT c.relname
FROM pg_class c
WHERE c.relnamespace = 'bi'::regnamespace AND c.relkind = 'v' AND c.relname ~ '^(agg|dim|fct)_'
ORDER BY c.relname;

-- name: checksum
-- How many rows a view has, and a number that all of them make together, in whatever order they come.
-- When a row was written is no part of what it says.
SELECT count(*), COALESCE(mod(sum(hashtextextended(
    (to_jsonb(v) - '{{change_id,updated_at}}'::text[])::text, 0
)::numeric + 2::numeric ^ 63), 2::numeric ^ 63)::int8, 0)
FROM bi.{view} v;
