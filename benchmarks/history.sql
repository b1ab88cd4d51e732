-- name: keep_base
-- What was stored by way of events, to be told again and again under other keys.
DO $$
DECLARE it record;
BEGIN
    CREATE SCHEMA base;
    FOR it IN
        SELECT DISTINCT table_schema, table_name
        FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema IN ('stream', 'mining') AND table_type = 'BASE TABLE'
            AND column_name IN ('object_key', 'event_key')
    LOOP
        EXECUTE format('CREATE UNLOGGED TABLE base.%I AS TABLE %I.%I', it.table_name, it.table_schema, it.table_name);
    END LOOP;
END $$;

-- name: tell_again
-- Once more the same, as cases that never were before: every key and id is another one, as random as
-- the first; whoever is where and when stays as it is. Packs hold the keys of the first telling.
DO $$
DECLARE
    it record;
    told text := current_setting('bench.number');
BEGIN
    FOR it IN
        SELECT c.table_schema, c.table_name,
               string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position) AS columns,
               string_agg(CASE
                   WHEN c.column_name IN ('object_key', 'request') AND c.data_type = 'bigint'
                       THEN format('hashint8extended(%I, %s)', c.column_name, told)
                   WHEN c.data_type = 'uuid' AND c.column_name <> 'topic_id'
                       THEN format('md5(%I::text || %L)::uuid', c.column_name, told)
                   WHEN c.column_name = 'id' THEN format('''e_'' || md5(id || %L)', told)
                   WHEN c.column_name = 'object_id' THEN format('object_id || %L', '.' || told)
                   ELSE quote_ident(c.column_name) END, ', ' ORDER BY c.ordinal_position) AS told
        FROM information_schema.columns c
        JOIN information_schema.tables b ON b.table_schema = 'base' AND b.table_name = c.table_name
        WHERE c.table_schema IN ('stream', 'mining') AND c.is_generated = 'NEVER'
        GROUP BY c.table_schema, c.table_name
    LOOP
        EXECUTE format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM base.%I',
                       it.table_schema, it.table_name, it.columns, it.told, it.table_name);
    END LOOP;
END $$;

-- name: sizes
-- Bytes of every table and index, without what is not of a history.
SELECT n.nspname || '.' || c.relname, coalesce(t.relname, '') , pg_total_relation_size(c.oid) - pg_indexes_size(c.oid)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_class t ON t.oid = i.indrelid
WHERE n.nspname IN ('stream', 'mining') AND c.relkind IN ('r', 'i')
    AND pg_relation_size(c.oid) > 1 << 20
ORDER BY 3 DESC;

-- name: counters
-- Log of the server, and how often it wrote everything out.
SELECT wal_bytes::int8, wal_fpi, num_timed + num_requested FROM pg_stat_wal, pg_stat_checkpointer;

-- name: others
-- Sessions beside this one; one that ends tells its counters, and then is here no more.
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid();
