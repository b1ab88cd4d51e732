-- name: only_look
-- From here on this session can change nothing.
SET default_transaction_read_only = on;

-- name: server
-- How the server and the database are set up. Settings that the role may not see are null.
SELECT current_setting('server_version'), clock_timestamp(), current_user::text,
       pg_encoding_to_char(d.encoding), d.datcollversion, pg_database_collation_actual_version(d.oid),
       pg_is_in_recovery(), d.datname::text,
       (SELECT setting FROM pg_settings WHERE name = 'data_directory'),
       coalesce(inet_server_addr() <<= ANY ('{127.0.0.0/8,::1/128}'::inet[]), true)
FROM pg_database d WHERE d.datname = current_database();

-- name: settings
-- What is set, for the sessions that we open.
SELECT name, reset_val FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum',
               'default_transaction_read_only');

-- name: connections
-- Connections that are open, beside how many may be: of the server, this database, this role.
SELECT 'the server', sum(numbackends)::int,
       current_setting('max_connections')::int
       - current_setting('superuser_reserved_connections')::int
       - current_setting('reserved_connections')::int
FROM pg_stat_database
UNION ALL
SELECT 'the database', s.numbackends, d.datconnlimit
FROM pg_stat_database s JOIN pg_database d ON d.oid = s.datid
WHERE d.datname = current_database() AND d.datconnlimit >= 0
UNION ALL
SELECT 'the role', (SELECT count(*)::int FROM pg_stat_activity a WHERE a.usesysid = r.oid),
       r.rolconnlimit
FROM pg_roles r WHERE r.rolname = current_user AND r.rolconnlimit >= 0;

-- name: oldest_transaction
-- For how many seconds the oldest open transaction of this database is open, as far as we may see.
SELECT coalesce(extract(epoch FROM max(clock_timestamp() - xact_start)), 0)::float8
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
  AND backend_type = 'client backend';

-- name: denied
-- Rights that a worker needs and this role lacks, as GRANT wants them. Tables that are not made yet
-- need the right to make them.
WITH ours AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('procesmijn', 'stream', 'mining', 'bi')
)
SELECT format('TEMPORARY ON DATABASE %I', current_database())
WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
UNION ALL
SELECT format('CREATE ON DATABASE %I', current_database())
WHERE NOT EXISTS (SELECT FROM ours) AND NOT has_database_privilege(current_database(), 'CREATE')
UNION ALL
SELECT format('USAGE ON SCHEMA %I', nspname) FROM ours WHERE NOT has_schema_privilege(oid, 'USAGE')
UNION ALL
SELECT format('%s ON %I.%I', string_agg(wanted.privilege, ', '), o.nspname, c.relname)
FROM ours o
JOIN pg_class c ON c.relnamespace = o.oid AND c.relkind IN ('r', 'p', 'v')
CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS wanted (privilege)
WHERE NOT has_table_privilege(c.oid, wanted.privilege)
  AND (c.relkind <> 'v' OR wanted.privilege = 'SELECT')
GROUP BY o.nspname, c.relname
UNION ALL
SELECT format('USAGE ON SEQUENCE %I.%I', o.nspname, c.relname)
FROM ours o JOIN pg_class c ON c.relnamespace = o.oid AND c.relkind = 'S'
WHERE CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege(c.oid, 'USAGE') END;

-- name: bi_denied
-- What readers of the bi schema lack: the role itself, or a right.
SELECT format('CREATE ROLE %I NOLOGIN', wanted.role)
FROM (VALUES ('bi_reader'), ('bi_analyst')) AS wanted (role)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.role)
UNION ALL
SELECT format('GRANT USAGE ON SCHEMA bi TO %I', r.rolname)
FROM pg_roles r
WHERE r.rolname IN ('bi_reader', 'bi_analyst') AND NOT has_schema_privilege(r.oid, 'bi', 'USAGE')
UNION ALL
SELECT format('GRANT SELECT ON bi.%I TO %I', c.relname, r.rolname)
FROM pg_roles r
JOIN pg_class c ON c.relnamespace = 'bi'::regnamespace AND c.relkind = 'v'
WHERE (r.rolname = 'bi_analyst' OR r.rolname = 'bi_reader' AND c.relname LIKE 'agg_%_monthly')
  AND NOT has_table_privilege(r.oid, c.oid, 'SELECT');
