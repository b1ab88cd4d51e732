-- name: whole
-- Closed cases of a process, with how long they took, and how many are not closed yet.
-- A case is closed by an end activity; in a process that declares none, it is as long as it is known.
SELECT count(*) FILTER (WHERE is_closed), count(*) FILTER (WHERE NOT is_closed),
       COALESCE(sum(EXTRACT(epoch FROM ended_at - started_at) * 1000000) FILTER (WHERE is_closed), 0)::int8,
       COALESCE(sum(processing_us) FILTER (WHERE is_closed), 0)::int8
FROM (
    SELECT c.*, CASE WHEN d.has_end THEN c.closed_at ELSE c.ended_at END <= bi.as_of() AS is_closed
    FROM mining."case" c JOIN mining.process d ON d.code = c.process
    WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND c.started_at <= bi.as_of() AND {chosen}
) c;

-- name: links
-- The links of the chains of closed cases, by their place in it, those to an end customer last: how
-- long cases waited there, how many chains end at an end customer, and above which wait a link is late.
-- What a late one costs is told by cases, at the first passage of each: number, mean and variance.
WITH chosen AS MATERIALIZED (
    SELECT c.object_key
    FROM mining."case" c JOIN mining.process d ON d.code = c.process
    WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND CASE WHEN d.has_end THEN c.closed_at ELSE c.ended_at END <= bi.as_of() AND {chosen}
), link AS MATERIALIZED (
    SELECT l.*, EXTRACT(epoch FROM l.end_at - l.delivered_at)::float8 AS until_end
    FROM mining.link l JOIN chosen USING (object_key)
    WHERE l.process = (SELECT code FROM mining.term WHERE name = %(process)s)
), pair AS (
    SELECT supplier, customer, bool_or(to_end) AS to_end, count(*) AS handovers,
           count(*) FILTER (WHERE is_first) AS cases, avg(place)::float8 AS place,
           sum(case_wait_us)::int8 AS case_wait_us,
           sum(case_wait_working_us)::int8 AS case_wait_working_us,
           count(served_at) AS reaching,
           COALESCE(%(late_after)s::float8 * 1e6, percentile_cont(0.75)
               WITHIN GROUP (ORDER BY wait_working_us) FILTER (WHERE is_first)) AS late_after_us
    FROM link GROUP BY supplier, customer
), compared AS (
    SELECT l.supplier, l.customer, l.wait_working_us > p.late_after_us AS is_late, count(*) AS cases,
           avg(l.until_end) AS until_end, var_samp(l.until_end) AS until_end_variance,
           avg(l.behind_us / 1e6)::float8 AS behind,
           var_samp((l.behind_us / 1e6)::float8) AS behind_variance
    FROM link l JOIN pair p USING (supplier, customer)
    WHERE l.is_first
    GROUP BY l.supplier, l.customer, is_late
)
SELECT s.name, c.name, p.to_end, p.handovers, p.cases, p.case_wait_us, p.case_wait_working_us,
       p.reaching, p.late_after_us / 1e6,
       late.cases, late.until_end, late.until_end_variance, late.behind, late.behind_variance,
       timely.cases, timely.until_end, timely.until_end_variance, timely.behind, timely.behind_variance
FROM pair p
JOIN mining.term s ON s.code = p.supplier
JOIN mining.term c ON c.code = p.customer
LEFT JOIN compared late
       ON (late.supplier, late.customer) = (p.supplier, p.customer) AND late.is_late
LEFT JOIN compared timely
       ON (timely.supplier, timely.customer) = (p.supplier, p.customer) AND NOT timely.is_late
ORDER BY p.to_end, p.place, s.name, c.name;

-- name: pairs
-- Who hands over to whom, in any process, by the last day that is looked at.
SELECT DISTINCT s.name, c.name
FROM (
    SELECT supplier, customer FROM mining.handover_day
    WHERE day <= bi.as_of()::date
    GROUP BY process, supplier, customer HAVING sum(n) > 0
) d
JOIN mining.term s ON s.code = d.supplier
JOIN mining.term c ON c.code = d.customer;
