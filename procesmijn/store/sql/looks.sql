-- name: note
-- Write a look down. Those that are older than they are kept go with it.
WITH gone AS (
    DELETE FROM stream.look WHERE looked_at < now() - stream.looks_are_kept()
)
INSERT INTO stream.look (viewer, client, process, case_key, address)
VALUES (%(viewer)s, %(client)s, %(process)s, %(case_key)s, %(address)s);

-- name: looks
-- Who looked, the latest first.
SELECT looked_at, viewer, client, process, case_key, address
FROM stream.look
WHERE (%(case_key)s::text IS NULL OR case_key = %(case_key)s)
  AND (%(viewer)s::text IS NULL OR viewer = %(viewer)s)
  AND (%(since)s::date IS NULL OR looked_at >= %(since)s::timestamp AT TIME ZONE 'UTC')
  AND (%(until)s::date IS NULL OR looked_at < %(until)s::timestamp AT TIME ZONE 'UTC')
ORDER BY look DESC
LIMIT %(limit)s;
