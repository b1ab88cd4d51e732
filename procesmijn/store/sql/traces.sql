-- name: span
-- How many traces there are, between which local days their cases started, and where that is.
WITH place AS (
    SELECT p.code, COALESCE(d.time_zone, 'UTC') AS zone
    FROM mining.term p LEFT JOIN mining.process d ON d.code = p.code
    WHERE p.name = %(process)s
)
SELECT count(*),
       min(c.started_at AT TIME ZONE place.zone)::date,
       max(c.started_at AT TIME ZONE place.zone)::date,
       COALESCE(min(place.zone), 'UTC')
FROM {cases} c JOIN place ON place.code = c.process
WHERE length(c.trace) > 0 AND {chosen};

-- name: traces
-- The traces of a process with the ids of their objects, in the order in which the cases started.
SELECT o.object_id, c.trace
FROM {cases} c
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = c.process
WHERE p.name = %(process)s AND length(c.trace) > 0 AND {chosen}
ORDER BY c.started_at, o.object_id;

-- name: trace
-- That of one case.
SELECT c.trace
FROM {cases} c
JOIN mining.term p ON p.code = c.process
JOIN mining.process d ON d.code = c.process
WHERE p.name = %(process)s AND c.object_key = mining.object_key(d.object_type, %(case_key)s);

-- name: starting
-- Cases by the local day on which they started and by variant, with one trace that shows it. Of
-- the last weeks many cases have not come to their end: only weeks are counted that lie further
-- before the last completion than what 99 of 100 cases took.
WITH seen AS (
    SELECT COALESCE(min(d.time_zone), 'UTC') AS zone,
           max(c.ended_at)
           - percentile_disc(0.99) WITHIN GROUP (ORDER BY c.ended_at - c.started_at) AS until
    FROM {cases} c
    JOIN mining.term p ON p.code = c.process
    LEFT JOIN mining.process d ON d.code = c.process
    WHERE p.name = %(process)s AND c.ended_at < 'infinity'
)
SELECT (c.started_at AT TIME ZONE seen.zone)::date AS day,
       count(*), any_value(c.trace)
FROM {cases} c
JOIN mining.term p ON p.code = c.process
CROSS JOIN seen
WHERE p.name = %(process)s AND length(c.trace) > 0
  AND c.started_at AT TIME ZONE seen.zone < date_trunc('week', seen.until AT TIME ZONE seen.zone)
  AND {chosen}
GROUP BY day, c.variant
ORDER BY day, count(*) DESC, c.variant;

-- name: companies
-- Which parties handed over or picked up in the same cases, how many cases, and in how many of
-- these another party took part as well.
WITH took_part AS (
    SELECT h.object_key, array_agg(DISTINCT each.party ORDER BY each.party) AS parties
    FROM mining.handover h
    JOIN mining.term p ON p.code = h.process
    CROSS JOIN LATERAL (VALUES (h.supplier), (h.customer)) AS each (party)
    WHERE p.name = %(process)s AND h.picked_up_at <= bi.as_of()
    GROUP BY h.object_key
)
SELECT COALESCE(t.parties, '{{}}') AS parties, count(*),
       count(*) FILTER (WHERE c.parties > GREATEST(1, cardinality(t.parties)))
FROM {cases} c
JOIN mining.term p ON p.code = c.process
LEFT JOIN took_part t USING (object_key)
WHERE p.name = %(process)s AND {chosen}
GROUP BY t.parties
ORDER BY count(*) DESC, t.parties;
