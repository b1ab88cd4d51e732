-- name: handovers
-- Handovers by the week or month of pick-up, and by some of their names: how long they waited.
SELECT CASE WHEN 'process' = ANY(%(by)s) THEN p.name END,
       CASE WHEN 'supplier' = ANY(%(by)s) THEN s.name END,
       CASE WHEN 'customer' = ANY(%(by)s) THEN c.name END,
       NULL,
       date_trunc(%(each)s, h.picked_up_on::timestamp)::date,
       count(*), count(DISTINCT h.object_key), NULL::int8, NULL::float8,
       ARRAY(SELECT us / 1e6 FROM unnest(
           percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (
               ORDER BY CASE WHEN %(is_working)s THEN h.wait_working_us ELSE h.wait_us END)) AS us)
FROM mining.measured_handover h
JOIN mining.term p ON p.code = h.process
JOIN mining.term s ON s.code = h.supplier
JOIN mining.term c ON c.code = h.customer
WHERE h.picked_up_at <= bi.as_of()
  AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
  AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
  AND (%(processes)s::text[] IS NULL OR p.name = ANY(%(processes)s))
  AND (%(suppliers)s::text[] IS NULL OR s.name = ANY(%(suppliers)s))
  AND (%(customers)s::text[] IS NULL OR c.name = ANY(%(customers)s))
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5;

-- name: deliveries
-- Deliveries likewise: what was due and met, by the day on which it was due; else by that of the delivery
-- how much there was, what was right the first time of what is known of that, and how long it took.
SELECT CASE WHEN 'process' = ANY(%(by)s) THEN d.process END,
       CASE WHEN 'supplier' = ANY(%(by)s) THEN d.supplier END,
       CASE WHEN 'customer' = ANY(%(by)s) THEN d.customer END,
       CASE WHEN 'agreement' = ANY(%(by)s) THEN d.agreement END,
       date_trunc(%(each)s, d.day::timestamp)::date,
       count(*), count(DISTINCT (d.process, d.case_key)), count(*) FILTER (WHERE d.is_hit), NULL::float8,
       percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY d.seconds)
FROM (
    SELECT f.process, f.supplier, f.customer, f.agreement, f.case_key,
           CASE WHEN %(measure)s = 'met' THEN
               CASE WHEN f.due_at <= bi.as_of() AND (f.status <> 'cancelled' OR f.is_breached)
                         AND f.status <> 'unasked' THEN f.due_on END
           WHEN NOT f.is_open AND f.status <> 'cancelled'
                AND (%(measure)s <> 'right' OR f.is_first_time_right IS NOT NULL)
                AND (%(measure)s <> 'delivery' OR f.requested_at IS NOT NULL) THEN f.delivered_on END AS day,
           CASE %(measure)s WHEN 'met' THEN f.status = 'met' WHEN 'right' THEN f.is_first_time_right END AS is_hit,
           (CASE WHEN %(is_working)s THEN f.supplier_clock_seconds
                 ELSE f.customer_clock_seconds END)::float8 AS seconds
    FROM bi.fct_delivery f
    WHERE (%(processes)s::text[] IS NULL OR f.process = ANY(%(processes)s))
      AND (%(suppliers)s::text[] IS NULL OR f.supplier = ANY(%(suppliers)s))
      AND (%(customers)s::text[] IS NULL OR f.customer = ANY(%(customers)s)
           OR f.requested_by = ANY(%(customers)s))
      AND (%(agreements)s::text[] IS NULL OR f.agreement = ANY(%(agreements)s))
) d
WHERE d.day IS NOT NULL
  AND (%(since)s::date IS NULL OR d.day >= %(since)s)
  AND (%(until)s::date IS NULL OR d.day < %(until)s)
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5;

-- name: rework
-- What was done again for a customer, by the day on which that was, beside the handovers of that time.
SELECT CASE WHEN 'process' = ANY(%(by)s) THEN process END,
       CASE WHEN 'supplier' = ANY(%(by)s) THEN supplier END,
       CASE WHEN 'customer' = ANY(%(by)s) THEN customer END,
       NULL,
       date_trunc(%(each)s, day::timestamp)::date,
       count(*) FILTER (WHERE NOT is_repeat),
       count(DISTINCT (process, case_key)) FILTER (WHERE NOT is_repeat),
       count(*) FILTER (WHERE is_repeat), NULL::float8, NULL::float8[]
FROM (
    SELECT process, supplier, customer, case_key, picked_up_on AS day, false AS is_repeat
    FROM bi.fct_handover
    UNION ALL
    SELECT process, supplier, customer, case_key, completed_on, true
    FROM bi.fct_repeat WHERE supplier IS NOT NULL AND customer IS NOT NULL
) h
WHERE (%(since)s::date IS NULL OR day >= %(since)s)
  AND (%(until)s::date IS NULL OR day < %(until)s)
  AND (%(processes)s::text[] IS NULL OR process = ANY(%(processes)s))
  AND (%(suppliers)s::text[] IS NULL OR supplier = ANY(%(suppliers)s))
  AND (%(customers)s::text[] IS NULL OR customer = ANY(%(customers)s))
GROUP BY 1, 2, 3, 4, 5
HAVING count(*) FILTER (WHERE NOT is_repeat) > 0
ORDER BY 1, 2, 3, 4, 5;

-- name: ratings
-- Satisfaction that was given, as marks from 1 to 10, by the day on which it was asked for.
SELECT CASE WHEN 'process' = ANY(%(by)s) THEN r.process END,
       CASE WHEN 'supplier' = ANY(%(by)s) THEN r.supplier END,
       CASE WHEN 'customer' = ANY(%(by)s) THEN r.customer END,
       NULL,
       date_trunc(%(each)s, r.asked_on::timestamp)::date,
       count(*), count(DISTINCT COALESCE(r.process || '/' || r.case_key, r.rating_id)), NULL::int8,
       avg(r.mark)::float8, NULL::float8[]
FROM bi.fct_rating r
WHERE r.status = 'answered' AND r.question = 'satisfaction'
  AND ('process' <> ALL(%(by)s) OR r.process IS NOT NULL)
  AND ('customer' <> ALL(%(by)s) OR r.customer IS NOT NULL)
  AND (%(since)s::date IS NULL OR r.asked_on >= %(since)s)
  AND (%(until)s::date IS NULL OR r.asked_on < %(until)s)
  AND (%(processes)s::text[] IS NULL OR r.process = ANY(%(processes)s))
  AND (%(suppliers)s::text[] IS NULL OR r.supplier = ANY(%(suppliers)s))
  AND (%(customers)s::text[] IS NULL OR r.customer = ANY(%(customers)s))
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5;

-- name: cycles
-- Cases that came to their end, by the local day of that: elapsed time from start to end.
SELECT c.process, NULL, NULL, NULL,
       date_trunc(%(each)s, e.ended_on::timestamp)::date,
       count(*), count(*), NULL::int8, NULL::float8,
       percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY c.cycle_seconds::float8)
FROM bi.fct_case c
JOIN bi.dim_process p USING (process)
CROSS JOIN LATERAL (SELECT (c.ended_at AT TIME ZONE p.time_zone)::date AS ended_on) e
WHERE NOT c.is_open
  AND (%(since)s::date IS NULL OR e.ended_on >= %(since)s)
  AND (%(until)s::date IS NULL OR e.ended_on < %(until)s)
  AND (%(processes)s::text[] IS NULL OR c.process = ANY(%(processes)s))
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5;
