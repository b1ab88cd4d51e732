-- name: months
-- Months whose facts are not kept as they are, with their versions. Those that hold a moment to come
-- are left out: what lies ahead is not to be counted yet.
SELECT m.kind, m.process, m.month, (m.month + interval '1 month')::date, m.version
FROM (
    SELECT kind, process, month, sum(version)::int8 AS version
    FROM mining.month_version GROUP BY kind, process, month
) m
LEFT JOIN mining.kept k
    ON (k.kind, k.process, k.since, k.until)
     = (m.kind, m.process, m.month, (m.month + interval '1 month')::date)
WHERE (k.version IS DISTINCT FROM m.version
       OR m.kind = 'handover' AND (m.process, m.month) NOT IN (SELECT process, month FROM mining.reported))
  AND m.month + interval '1 month 1 day' <= now() AT TIME ZONE 'UTC'
ORDER BY m.kind, m.process, m.month;

-- name: years
-- Years of which more than one month is kept, and all that there are, and not the whole as it is.
SELECT y.kind, y.process, y.since, y.until, y.version
FROM (
    SELECT m.kind, m.process, m.year AS since, (m.year + interval '1 year')::date AS until,
           sum(m.version)::int8 AS version
    FROM (
        SELECT kind, process, month, date_trunc('year', month::timestamp)::date AS year,
               sum(version)::int8 AS version
        FROM mining.month_version
        WHERE date_trunc('year', month::timestamp) + interval '1 year 1 day' <= now() AT TIME ZONE 'UTC'
        GROUP BY kind, process, month
    ) m
    LEFT JOIN mining.kept k
        ON (k.kind, k.process, k.since, k.until, k.version)
         = (m.kind, m.process, m.month, (m.month + interval '1 month')::date, m.version)
    GROUP BY m.kind, m.process, m.year
    HAVING count(*) > 1 AND count(k.version) = count(*)
) y
LEFT JOIN mining.kept w USING (kind, process, since, until)
WHERE w.version IS DISTINCT FROM y.version
ORDER BY y.kind, y.process, y.since;

-- name: version
-- What the months of a span add up to, in the same statement as what their facts come to.
SELECT (
    SELECT COALESCE(sum(version), 0)::int8 FROM mining.month_version
    WHERE kind = %(kind)s AND process = %(process)s AND month >= %(since)s AND month < %(until)s
) AS version, wanted.*
FROM ({wanted}) wanted;

-- name: parts
-- What is kept of the months of a span.
SELECT groups, bins, counts FROM mining.kept
WHERE kind = %(kind)s AND process = %(process)s AND since >= %(since)s AND until <= %(until)s
  AND until = (since + interval '1 month')::date;

-- name: keep
-- What a span came to when its months were of that version.
INSERT INTO mining.kept (kind, process, since, until, version, records, groups, bins, counts)
VALUES (%(kind)s, %(process)s, %(since)s, %(until)s, %(version)s, %(records)s, %(groups)s, %(bins)s, %(counts)s)
ON CONFLICT (kind, process, since, until) DO UPDATE
    SET version = EXCLUDED.version, records = EXCLUDED.records, groups = EXCLUDED.groups,
        bins = EXCLUDED.bins, counts = EXCLUDED.counts;

-- name: holding
-- What is kept and would be believed.
SELECT k.kind, k.process, k.since, k.until, k.version
FROM mining.kept k
WHERE k.version = (
    SELECT sum(v.version) FROM mining.month_version v
    WHERE v.kind = k.kind AND v.process = k.process AND v.month >= k.since AND v.month < k.until
)
ORDER BY k.kind, k.process, k.since, k.until;

-- name: within
-- The months of a span that have facts, or had some.
SELECT kind, process, month, (month + interval '1 month')::date, sum(version)::int8
FROM mining.month_version
WHERE kind = %(kind)s AND process = %(process)s AND month >= %(since)s AND month < %(until)s
GROUP BY kind, process, month
ORDER BY month;

-- name: content
-- What is kept of one span.
SELECT groups, bins, counts FROM mining.kept
WHERE kind = %(kind)s AND process = %(process)s AND since = %(since)s AND until = %(until)s;

-- name: unversioned
-- Months that have facts and no version.
SELECT f.kind, f.process, f.month, (f.month + interval '1 month')::date, 0::int8
FROM (
    SELECT DISTINCT 'handover' AS kind, process, date_trunc('month', picked_up_on::timestamp)::date AS month
    FROM mining.measured_handover
    UNION
    SELECT kind, process, month
    FROM (
        SELECT DISTINCT process, date_trunc('month', started_at AT TIME ZONE 'UTC')::date AS month
        FROM mining."case"
    ) c CROSS JOIN (VALUES ('flow'), ('variant')) AS each (kind)
) f
WHERE NOT EXISTS (
    SELECT FROM mining.month_version v
    WHERE (v.kind, v.process, v.month) = (f.kind, f.process, f.month)
)
ORDER BY f.kind, f.process, f.month;

-- name: touch
-- Let a month have another version.
INSERT INTO mining.month_version AS m (kind, process, month, shard, version)
VALUES (%(kind)s, %(process)s, %(since)s, %(shard)s, 1)
ON CONFLICT (kind, process, month, shard) DO UPDATE SET version = m.version + 1;

-- name: forget_report
-- What readers were to get of a month.
DELETE FROM mining.reported_cell WHERE process = %(process)s AND month = %(since)s;

-- name: report
-- The cells of a month, from the handovers.
INSERT INTO mining.reported_cell
    (process, month, supplier, customer, pickup_basis, n, cases, wait_us, wait_working_us, elapsed, working)
SELECT process, month, supplier, customer, pickup_basis, n, cases, wait_us, wait_working_us, elapsed, working
FROM mining.month_report WHERE process = %(process)s AND month = %(since)s;

-- name: hold_report
-- For whom they hold, as of the same moment.
INSERT INTO mining.reported_month (process, month, version, reporting)
SELECT m.process, m.month, m.version, r.digest
FROM mining.month_of_handovers m CROSS JOIN mining.reporting r
WHERE m.process = %(process)s AND m.month = %(since)s
ON CONFLICT (process, month) DO UPDATE
    SET version = EXCLUDED.version, reporting = EXCLUDED.reporting;

-- name: odd_reports
-- Months whose kept cells would be shown, and are not what the handovers come to.
WITH kept AS (
    SELECT process, month, supplier, customer, pickup_basis, n, cases, wait_us, wait_working_us, elapsed, working
    FROM mining.reported_cell JOIN mining.reported USING (process, month)
), computed AS (
    SELECT process, month, supplier, customer, pickup_basis, n, cases, wait_us, wait_working_us, elapsed, working
    FROM mining.month_report JOIN mining.reported USING (process, month)
)
SELECT DISTINCT 'handover', process, month, (month + interval '1 month')::date, 0::int8
FROM ((TABLE kept EXCEPT TABLE computed) UNION ALL (TABLE computed EXCEPT TABLE kept)) AS odd
ORDER BY process, month;

-- name: only_keeper
-- One at a time is enough. Held until the session ends.
SELECT pg_try_advisory_lock(7264);

-- name: many_kept
-- Whether more records than so many are kept of a period.
SELECT COALESCE(sum(k.records), 0) > %(most)s
FROM mining.kept k
WHERE k.kind = %(kind)s AND k.process = (SELECT code FROM mining.term WHERE name = %(process)s)
  AND k.until = (k.since + interval '1 month')::date
  AND (%(since)s::date IS NULL OR k.since >= %(since)s)
  AND (%(until)s::date IS NULL OR k.until <= %(until)s);

-- name: many_handover
-- Whether there are more handovers in a period than so many.
SELECT COALESCE(sum(n), 0) > %(most)s
FROM mining.handover_day
WHERE process = (SELECT code FROM mining.term WHERE name = %(process)s)
  AND (%(since)s::date IS NULL OR day >= %(since)s)
  AND (%(until)s::date IS NULL OR day < %(until)s);

-- name: many_flow
-- Whether there are more steps from one activity to the next than so many, of all time.
SELECT COALESCE(sum(n), 0) > %(most)s
FROM mining.flow_day
WHERE process = (SELECT code FROM mining.term WHERE name = %(process)s)
  AND from_activity <> 0 AND to_activity <> 0;

-- name: many_variant
-- Whether there are more cases than so many, of all time: each has one first activity.
SELECT COALESCE(sum(n), 0) > %(most)s
FROM mining.flow_day
WHERE process = (SELECT code FROM mining.term WHERE name = %(process)s) AND from_activity = 0;

-- name: read
-- What is kept of a period and holds, the longest spans first, and beside it the facts of the months
-- that are not: one statement, so both are of one moment. A span holds where its version is the one
-- that its months add up to, and where all of it lies in the past.
WITH version AS MATERIALIZED (
    SELECT month, sum(version)::int8 AS version
    FROM mining.month_version
    WHERE kind = %(kind)s AND process = (SELECT code FROM mining.term WHERE name = %(process)s)
    GROUP BY month
), holds AS MATERIALIZED (
    SELECT k.since, k.until
    FROM mining.kept k
    WHERE k.kind = %(kind)s AND k.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND (%(since)s::date IS NULL OR k.since >= %(since)s)
      AND (%(until)s::date IS NULL OR k.until <= %(until)s)
      AND k.until + interval '1 day' <= bi.as_of() AT TIME ZONE 'UTC'
      AND k.version = (
          SELECT sum(v.version) FROM version v WHERE v.month >= k.since AND v.month < k.until
      )
), chosen AS MATERIALIZED (
    SELECT h.since, h.until
    FROM holds h
    WHERE NOT EXISTS (
        SELECT FROM holds w
        WHERE w.since <= h.since AND w.until >= h.until AND w.until - w.since > h.until - h.since
    )
), gap AS MATERIALIZED (
    SELECT GREATEST(v.month, %(since)s::date) AS since,
           LEAST((v.month + interval '1 month')::date, %(until)s::date) AS until
    FROM version v
    WHERE (%(since)s::date IS NULL OR v.month + interval '1 month' > %(since)s)
      AND (%(until)s::date IS NULL OR v.month < %(until)s)
      AND NOT EXISTS (SELECT FROM chosen c WHERE v.month >= c.since AND v.month < c.until)
)
SELECT NULL::int8 AS "left", NULL::int8 AS "right", NULL::int2 AS part, k.groups, k.bins, k.counts
FROM chosen c
JOIN mining.kept k ON k.kind = %(kind)s
    AND k.process = (SELECT code FROM mining.term WHERE name = %(process)s)
    AND (k.since, k.until) = (c.since, c.until)
UNION ALL
SELECT facts.* FROM gap CROSS JOIN LATERAL ({facts}) facts;

-- name: learn_ways
-- A trace of each variant of a month: what is kept knows them by their keys.
INSERT INTO mining.way (process, variant, trace)
SELECT c.process, c.variant, any_value(c.trace)
FROM mining."case" c
WHERE c.process = %(process)s AND length(c.trace) > 0
  AND c.started_at >= %(since)s::timestamp AT TIME ZONE 'UTC'
  AND c.started_at < %(until)s::timestamp AT TIME ZONE 'UTC'
GROUP BY c.process, c.variant
ORDER BY c.variant
ON CONFLICT DO NOTHING;

-- name: ways
-- A trace of each of some variants.
SELECT variant, trace FROM mining.way
WHERE process = (SELECT code FROM mining.term WHERE name = %(process)s) AND variant = ANY (%(variants)s::int8[]);

-- name: variant
-- Cases that started in a span, by their way: first start and last completion, and one trace.
SELECT c.variant AS "left", 0::int8 AS "right", 0::int2 AS part,
       string_agg(timestamptz_send(c.started_at), '') AS one,
       string_agg(timestamptz_send(c.ended_at), '') AS two,
       any_value(c.trace) AS three
FROM mining."case" c
WHERE c.process = {process} AND length(c.trace) > 0
  AND c.started_at >= {since}::timestamp AT TIME ZONE 'UTC'
  AND c.started_at < {until}::timestamp AT TIME ZONE 'UTC'
GROUP BY c.variant

-- name: flow
-- Traces of the cases that started in a span, one after the other, and how long each is.
SELECT 0::int8 AS "left", 0::int8 AS "right", 0::int2 AS part,
       string_agg(c.trace, '') AS one,
       string_agg(int4send(length(c.trace)), '') AS two,
       ''::bytea AS three
FROM mining."case" c
WHERE c.process = {process} AND length(c.trace) > 0
  AND c.started_at >= {since}::timestamp AT TIME ZONE 'UTC'
  AND c.started_at < {until}::timestamp AT TIME ZONE 'UTC'
HAVING count(*) > 0

-- name: handover
-- Handovers of a span: by pair and basis elapsed and working time, and the day of the one before.
SELECT h.supplier::int8 AS "left", h.customer::int8 AS "right", h.pickup_basis AS part,
       string_agg(int8send(h.wait_us), '') AS one,
       string_agg(int8send(h.wait_working_us), '') AS two,
       string_agg(date_send(h.previous_on), '') AS three
FROM mining.measured_handover h
WHERE h.process = {process} AND h.picked_up_on >= {since} AND h.picked_up_on < {until}
  AND h.picked_up_at <= (SELECT bi.as_of())
GROUP BY h.supplier, h.customer, h.pickup_basis
