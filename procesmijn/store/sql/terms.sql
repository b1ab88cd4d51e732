-- name: add
-- Names that may be new, in order, so that two sessions never wait for each other crosswise.
INSERT INTO mining.term (name)
SELECT name FROM unnest(%(names)s::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM mining.term t WHERE t.name = wanted.name)
ORDER BY name
ON CONFLICT DO NOTHING;

-- name: find
-- Their codes.
SELECT code, name FROM mining.term WHERE name = ANY (%(names)s::text[]);

-- name: meet
-- Names that others added.
SELECT code, name FROM mining.term WHERE code = ANY (%(codes)s::int4[]);

-- name: all
-- The whole dictionary.
SELECT code, name FROM mining.term;
