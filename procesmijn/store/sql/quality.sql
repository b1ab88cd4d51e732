-- name: quality
-- What was done again or returned, by kind and pair, and how often that is: of returns beside what was
-- delivered in the period, of what came back or was done by another beside the handovers of the pair.
WITH happened AS (
    SELECT process, supplier, customer, customer_role, kind, activity AS what, case_key,
           rework_seconds AS seconds, held_seconds, held_seconds * parties_behind AS behind_seconds
    FROM bi.fct_repeat
    WHERE supplier IS NOT NULL
      AND (%(process)s::text IS NULL OR process = %(process)s)
      AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
      AND (%(since)s::date IS NULL OR completed_on >= %(since)s)
      AND (%(until)s::date IS NULL OR completed_on < %(until)s)
    UNION ALL
    SELECT process, supplier, customer, customer_role, 'return', deliverable, case_key,
           CASE WHEN redelivered_at IS NOT NULL THEN recovery_seconds END, recovery_seconds, recovery_seconds
    FROM bi.fct_return
    WHERE (%(process)s::text IS NULL OR process = %(process)s)
      AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
      AND (%(since)s::date IS NULL OR returned_on >= %(since)s)
      AND (%(until)s::date IS NULL OR returned_on < %(until)s)
), delivered AS (
    SELECT process, supplier, customer, deliverable AS what, count(*) AS n
    FROM bi.fct_delivery
    WHERE first_delivered_at IS NOT NULL
      AND (%(process)s::text IS NULL OR process = %(process)s)
      AND (%(since)s::date IS NULL OR delivered_on >= %(since)s)
      AND (%(until)s::date IS NULL OR delivered_on < %(until)s)
    GROUP BY process, supplier, customer, deliverable
), handed AS (
    SELECT process, supplier, customer, count(*) AS n
    FROM bi.fct_handover
    WHERE (%(process)s::text IS NULL OR process = %(process)s)
      AND (%(since)s::date IS NULL OR picked_up_on >= %(since)s)
      AND (%(until)s::date IS NULL OR picked_up_on < %(until)s)
    GROUP BY process, supplier, customer
)
SELECT h.process, h.kind, h.supplier, h.customer, h.what, h.times, h.cases,
       CASE h.kind WHEN 'return' THEN d.n ELSE p.n END AS of,
       h.times / CASE h.kind WHEN 'return' THEN d.n ELSE p.n END::float8 AS share,
       h.timed, h.seconds AS recovery_seconds_sum, h.median AS recovery_seconds_median,
       h.held AS held_seconds_sum, h.behind AS behind_seconds_sum, h.customer_role
FROM (
    SELECT process, kind, supplier, customer, what, customer_role, count(*) AS times,
           count(DISTINCT case_key) AS cases, count(seconds) AS timed,
           COALESCE(sum(seconds), 0)::float8 AS seconds,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float8 AS median,
           COALESCE(sum(held_seconds), 0)::float8 AS held,
           COALESCE(sum(behind_seconds), 0)::float8 AS behind
    FROM happened
    GROUP BY process, kind, supplier, customer, what, customer_role
) h
LEFT JOIN delivered d
       ON h.kind = 'return' AND (d.process, d.supplier, d.customer, d.what) = (h.process, h.supplier, h.customer, h.what)
LEFT JOIN handed p
       ON h.kind <> 'return' AND (p.process, p.supplier, p.customer) = (h.process, h.supplier, h.customer)
ORDER BY h.behind DESC, h.process, h.kind, h.supplier, h.customer, h.what;
