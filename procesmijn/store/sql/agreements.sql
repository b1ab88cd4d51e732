-- name: listed
-- Versions of agreements that hold on any date of a period, or those in force: on the date that it is
-- where their process is.
SELECT agreement, version, valid_from, valid_until, process, deliverable, supplier, customer,
       staff_role, lead_time, target_share, first_time_right_target, return_window, customer_role
FROM bi.dim_agreement a
WHERE (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(since)s::date IS NULL OR COALESCE(valid_until > %(since)s, true))
  AND (%(until)s::date IS NULL OR COALESCE(valid_from < %(until)s, true))
  AND (NOT %(in_force)s OR EXISTS (
      SELECT FROM bi.dim_process p
      CROSS JOIN LATERAL (SELECT (bi.as_of() AT TIME ZONE p.time_zone)::date AS today) l
      WHERE p.process = a.process
        AND COALESCE(a.valid_from <= l.today, true) AND COALESCE(a.valid_until > l.today, true)))
ORDER BY process, agreement, version;

-- name: uncovered
-- Pairs in the handovers that no agreement speaks of, most waiting first. Who is outside promises
-- nothing.
WITH covered AS MATERIALIZED (
    SELECT p.code AS process, s.code AS supplier, c.code AS customer, a.code AS activity,
           v.activity IS NULL AS is_any, COALESCE(v.since, '-infinity') AS since,
           COALESCE(v.until, 'infinity') AS until
    FROM jsonb_to_recordset(%(covered)s) AS
         v(process text, supplier text, customer text, activity text, since date, until date)
    JOIN mining.term p ON p.name = v.process
    JOIN mining.term s ON s.name = v.supplier
    JOIN mining.term c ON c.name = v.customer
    LEFT JOIN mining.term a ON a.name = v.activity
), open AS (
    SELECT h.* FROM mining.handover h
    WHERE (%(process)s::text IS NULL
           OR h.process = (SELECT code FROM mining.term WHERE name = %(process)s))
      AND h.picked_up_at <= bi.as_of()
      AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
      AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
      AND NOT EXISTS (SELECT FROM mining.party q WHERE q.code = h.supplier AND q.kind = 'outside')
      AND NOT EXISTS (
          SELECT FROM covered v
          WHERE (v.process, v.supplier, v.customer) = (h.process, h.supplier, h.customer)
            AND (v.is_any OR v.activity = h.from_activity)
            AND h.delivered_on >= v.since AND h.delivered_on < v.until)
)
SELECT p.name, s.name, c.name, count(*), count(DISTINCT h.object_key),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY h.wait_us) / 1e6,
       (sum(h.wait_us) / 1e6)::float8, (sum(h.wait_working_us) / 1e6)::float8
FROM open h
JOIN mining.term p ON p.code = h.process
JOIN mining.term s ON s.code = h.supplier
JOIN mining.term c ON c.code = h.customer
GROUP BY p.name, s.name, c.name
ORDER BY sum(h.wait_us) DESC, p.name, s.name, c.name;

-- name: unknown_parties
-- Parties in the handovers that the catalogue does not know, and how many they took part in.
SELECT t.name, count(*), count(DISTINCT h.object_key)
FROM mining.handover h
CROSS JOIN LATERAL (VALUES (h.supplier), (h.customer)) AS took(part)
JOIN mining.term t ON t.code = took.part
WHERE (%(process)s::text IS NULL
       OR h.process = (SELECT code FROM mining.term WHERE name = %(process)s))
  AND h.picked_up_at <= bi.as_of()
  AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
  AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
  AND NOT EXISTS (SELECT FROM mining.party q WHERE q.code = took.part)
GROUP BY t.name
ORDER BY count(*) DESC, t.name;

-- name: happened
-- How often activities were completed in a period, to the day.
SELECT p.name, a.name, sum(f.n)::int8
FROM mining.flow_day f
JOIN mining.term p ON p.code = f.process
JOIN mining.term a ON a.code = f.to_activity
WHERE f.day <= bi.as_of()::date
  AND (%(since)s::date IS NULL OR f.day >= %(since)s)
  AND (%(until)s::date IS NULL OR f.day < %(until)s)
GROUP BY p.name, a.name
HAVING sum(f.n) <> 0;

-- name: supplied
-- What parties delivered, and what each had been handed last in that case before: by pair, and by
-- the activities with which it was asked for and delivered. Instants in microseconds since 1970.
WITH handed AS (
    SELECT h.object_key, h.process, h.supplier, h.customer, h.from_activity, h.delivered_at,
           h.delivered_on
    FROM mining.handover h
    WHERE (%(process)s::text IS NULL
           OR h.process = (SELECT code FROM mining.term WHERE name = %(process)s))
      AND h.picked_up_at <= bi.as_of()
), moves AS (
    SELECT object_key, process, customer AS party, false AS is_out, NULL::int4 AS customer,
           from_activity, delivered_at, delivered_on
    FROM handed
    UNION ALL
    SELECT object_key, process, supplier, true, customer, from_activity, delivered_at, delivered_on
    FROM handed
), asked AS (
    SELECT moves.*,
           max(ARRAY[(EXTRACT(epoch FROM delivered_at) * 1000000)::int8, from_activity])
               FILTER (WHERE NOT is_out)
               OVER (PARTITION BY object_key, process, party ORDER BY delivered_at, is_out
                     ROWS UNBOUNDED PRECEDING) AS request
    FROM moves
)
SELECT p.name, s.name, c.name, r.name, d.name, count(DISTINCT a.object_key),
       array_agg(a.request[1]),
       array_agg((EXTRACT(epoch FROM a.delivered_at) * 1000000)::int8)
FROM asked a
JOIN mining.term p ON p.code = a.process
JOIN mining.term s ON s.code = a.party
JOIN mining.term c ON c.code = a.customer
JOIN mining.term r ON r.code = a.request[2]
JOIN mining.term d ON d.code = a.from_activity
WHERE a.is_out AND a.request IS NOT NULL
  AND (%(since)s::date IS NULL OR a.delivered_on >= %(since)s)
  AND (%(until)s::date IS NULL OR a.delivered_on < %(until)s)
  AND NOT EXISTS (SELECT FROM mining.party q WHERE q.code = a.party AND q.kind = 'outside')
GROUP BY p.name, s.name, c.name, r.name, d.name
HAVING count(*) >= %(at_least)s
ORDER BY count(*) DESC, p.name, s.name, c.name, r.name, d.name;

-- name: used
-- Agreements of which anything was asked for or delivered in a period; of retired cases it is known
-- when it was due.
SELECT t.name
FROM (
    SELECT agreement, requested_on AS day FROM mining.delivery_as_of WHERE isfinite(requested_at)
    UNION ALL
    SELECT agreement, delivered_on FROM mining.delivery_as_of WHERE isfinite(delivered_at)
    UNION ALL
    SELECT agreement, due_on FROM mining.sealed_delivery WHERE is_due
    UNION ALL
    SELECT agreement, delivered_on FROM mining.sealed_delivery WHERE is_delivered
) happened
JOIN mining.term t ON t.code = happened.agreement
WHERE (%(since)s::date IS NULL OR day >= %(since)s)
  AND (%(until)s::date IS NULL OR day < %(until)s)
GROUP BY t.name;

-- name: kept
-- How agreements were kept, as readers see it: whole months, small groups left out. Where that leaves
-- nothing, as of what is delivered once a month, the whole period is one group, and there is no month
-- shown to take off it. An agreement with deliveries of which nothing may be told has nulls.
WITH months AS (
    SELECT agreement, NULLIF(sum(due), 0)::int8 AS due, sum(met)::int8 AS met,
           NULLIF(sum(delivered), 0)::int8 AS delivered,
           sum(first_time_right)::int8 AS first_time_right,
           sum(first_time_wrong)::int8 AS first_time_wrong
    FROM bi.agg_delivery_monthly
    WHERE month >= %(since)s AND month < %(until)s
    GROUP BY agreement
), told AS (
    SELECT d.agreement, d.object_key, d.is_met, d.is_right,
           d.is_due AND date_trunc('month', d.due_on::timestamp) >= %(since)s
               AND date_trunc('month', d.due_on::timestamp) < %(until)s AS is_due,
           d.is_delivered AND date_trunc('month', d.delivered_on::timestamp) >= %(since)s
               AND date_trunc('month', d.delivered_on::timestamp) < %(until)s AS is_delivered,
           rs.reported <> rc.reported AS is_between_parties
    FROM mining.measured_delivery d
    JOIN mining.reported_party rs ON rs.code = d.supplier
    JOIN mining.reported_party rc ON rc.code = d.customer
), whole AS (
    SELECT agreement,
           count(DISTINCT object_key) FILTER (WHERE is_due) >= bi.small_group() AS is_due_shown,
           count(*) FILTER (WHERE is_due) AS due,
           count(*) FILTER (WHERE is_due AND is_met) AS met,
           count(DISTINCT object_key) FILTER (WHERE is_delivered) >= bi.small_group() AS is_right_shown,
           count(*) FILTER (WHERE is_delivered AND is_right) AS first_time_right,
           count(*) FILTER (WHERE is_delivered AND NOT is_right) AS first_time_wrong
    FROM told
    WHERE is_between_parties
    GROUP BY agreement
)
SELECT t.name,
       COALESCE(m.due, CASE WHEN w.is_due_shown THEN w.due END),
       CASE WHEN m.due IS NOT NULL THEN m.met WHEN w.is_due_shown THEN w.met END,
       CASE WHEN m.delivered IS NOT NULL THEN m.first_time_right
            WHEN w.is_right_shown THEN w.first_time_right END,
       CASE WHEN m.delivered IS NOT NULL THEN m.first_time_wrong
            WHEN w.is_right_shown THEN w.first_time_wrong END
FROM (SELECT DISTINCT agreement AS code FROM mining.measured_delivery) a
JOIN mining.term t ON t.code = a.code
LEFT JOIN months m ON m.agreement = t.name
LEFT JOIN whole w ON w.agreement = a.code
ORDER BY t.name;

-- name: recipients
-- Who picked deliverables up, by the activities that deliver them.
SELECT v.deliverable, c.name, count(*)
FROM jsonb_to_recordset(%(delivered)s) AS v(deliverable text, process text, supplier text, activity text)
JOIN mining.term p ON p.name = v.process
JOIN mining.term s ON s.name = v.supplier
JOIN mining.term a ON a.name = v.activity
JOIN mining.handover h ON (h.process, h.supplier, h.from_activity) = (p.code, s.code, a.code)
JOIN mining.term c ON c.code = h.customer
WHERE h.picked_up_at <= bi.as_of()
  AND (%(process)s::text IS NULL OR p.name = %(process)s)
  AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
  AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
GROUP BY v.deliverable, c.name
ORDER BY v.deliverable, count(*) DESC, c.name;
