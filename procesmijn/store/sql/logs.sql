-- name: cases
-- The cases of a log, the earliest first, each with how much there is to read for it.
COPY (
    SELECT c.object_key, o.events
    FROM mining."case" c
    JOIN mining.object o USING (object_key)
    JOIN mining.term p ON p.code = c.process
    WHERE p.name = %(process)s AND c.started_at <= bi.as_of() AND {chosen}
    ORDER BY c.started_at, o.object_id
) TO STDOUT (FORMAT BINARY);

-- name: others
-- What some events are about beside their cases.
SELECT e.event_key::text, pair ->> 0, pair ->> 1
FROM stream.event e CROSS JOIN LATERAL jsonb_array_elements(e.objects) AS pair
WHERE e.event_key = ANY (%(keys)s::uuid[]) AND pair ->> 0 <> %(case_type)s;
