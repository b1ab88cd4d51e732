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
-- long cases waited there, how many chains end at an end customer, and what late means: that what was
-- agreed came too late, or where no agreement tells, that a case waited longer than so long.
-- What a late one costs is told by cases, at the first passage of each: number, mean and variance. The
-- time until the end is counted from where that lateness begins: the request, or the delivery.
WITH chosen AS MATERIALIZED (
    SELECT c.object_key
    FROM mining."case" c JOIN mining.process d ON d.code = c.process
    WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND CASE WHEN d.has_end THEN c.closed_at ELSE c.ended_at END <= bi.as_of() AND {chosen}
), link AS MATERIALIZED (
    SELECT l.supplier, l.customer, l.to_end, l.place, l.case_wait_us, l.case_wait_working_us,
           l.wait_working_us, l.is_first, l.served_at, l.delivered_at, l.end_at, l.behind_us,
           l.agreement, l.requested_at, l.is_breached
    FROM mining.link l
    JOIN chosen USING (object_key)
    WHERE l.process = (SELECT code FROM mining.term WHERE name = %(process)s)
), pair AS (
    SELECT supplier, customer, bool_or(to_end) AS to_end, count(*) AS handovers,
           count(*) FILTER (WHERE is_first) AS cases, avg(place)::float8 AS place,
           sum(case_wait_us)::int8 AS case_wait_us,
           sum(case_wait_working_us)::int8 AS case_wait_working_us,
           count(served_at) AS reaching,
           CASE WHEN %(late_after)s::float8 IS NULL THEN
               array_agg(DISTINCT agreement)
                   FILTER (WHERE is_first AND is_breached IS NOT NULL) END AS agreements,
           COALESCE(%(late_after)s::float8 * 1e6, percentile_cont(0.75)
               WITHIN GROUP (ORDER BY wait_working_us) FILTER (WHERE is_first)) AS late_after_us
    FROM link GROUP BY supplier, customer
), passage AS (
    SELECT l.supplier, l.customer, l.behind_us / 1e6 AS behind_seconds,
           CASE WHEN p.agreements IS NULL THEN l.wait_working_us > p.late_after_us
                ELSE l.is_breached END AS is_late,
           EXTRACT(epoch FROM l.end_at - CASE WHEN p.agreements IS NULL THEN l.delivered_at
                ELSE l.requested_at END)::float8 AS until_end
    FROM link l JOIN pair p USING (supplier, customer)
    WHERE l.is_first
), compared AS (
    SELECT supplier, customer, is_late, count(*) AS cases,
           avg(until_end) AS until_end, var_samp(until_end) AS until_end_variance,
           avg(behind_seconds)::float8 AS behind,
           var_samp(behind_seconds::float8) AS behind_variance
    FROM passage
    GROUP BY supplier, customer, is_late
)
SELECT s.name, c.name, p.to_end, p.handovers, p.cases, p.case_wait_us, p.case_wait_working_us,
       p.reaching,
       ARRAY(SELECT a.name FROM mining.term a WHERE a.code = ANY (p.agreements) ORDER BY a.name),
       CASE WHEN p.agreements IS NULL THEN p.late_after_us / 1e6 END,
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
