-- name: deliveries
-- Deliveries as BI tools see them; what is due first comes first, what is never due last. Where only so
-- many are asked for, the most urgent: what is open before the rest, of which the latest comes first.
SELECT d.*
FROM bi.fct_delivery d
WHERE (%(process)s::text IS NULL OR d.process = %(process)s)
  AND (%(agreement)s::text IS NULL OR d.agreement = %(agreement)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (d.supplier, d.customer, d.requested_by))
  AND (%(status)s::text IS NULL OR d.status = %(status)s)
  AND (%(due_before)s::date IS NULL OR d.due_on < %(due_before)s)
  AND (%(late_by)s::float8 IS NULL OR d.late_seconds >= %(late_by)s)
ORDER BY %(most)s::int8 IS NOT NULL AND NOT d.is_open,
         CASE WHEN %(most)s::int8 IS NULL OR d.is_open THEN d.due_at END,
         d.due_at DESC NULLS LAST, d.requested_at, d.delivery_id
LIMIT %(most)s::int8;

-- name: pending
-- What parties wait for: deliveries that are still open, and work that a party was named to take up.
SELECT customer, supplier, 'delivery' AS waiting_for, deliverable AS what, process, agreement,
       count(*) AS waiting, min(requested_at) AS oldest_at,
       max(customer_clock_seconds)::float8 AS waiting_seconds_max, min(promised_at) AS first_promised_at,
       min(due_at) AS first_due_at, count(*) FILTER (WHERE is_breached) AS overdue,
       count(*) FILTER (WHERE is_paused) AS paused, customer_role, requested_by
FROM bi.fct_delivery
WHERE is_open AND requested_at IS NOT NULL
  AND (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer, requested_by))
GROUP BY customer, customer_role, supplier, deliverable, process, agreement, requested_by
UNION ALL
SELECT customer, supplier, 'pick-up', activity, process, NULL,
       count(*), min(delivered_at), max(waiting_seconds)::float8, NULL, NULL, 0, 0, customer_role, NULL
FROM bi.fct_pending
WHERE (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
GROUP BY customer, customer_role, supplier, activity, process
ORDER BY customer, waiting_for, oldest_at, supplier, what, process, agreement, requested_by;

-- name: agreements
-- Agreements that the catalogue declares.
SELECT DISTINCT agreement FROM bi.dim_agreement ORDER BY agreement;

-- name: agreed
-- A party and those that it is a part of, nearest first, which have agreements on either side.
WITH RECURSIVE within AS (
    SELECT party, parent, 0 AS height FROM bi.dim_party WHERE party = %(party)s
    UNION ALL
    SELECT p.party, p.parent, w.height + 1 FROM within w JOIN bi.dim_party p ON p.party = w.parent
)
SELECT w.party, bool_or(a.supplier = w.party), bool_or(a.customer = w.party)
FROM within w
JOIN bi.dim_agreement a ON w.party IN (a.supplier, a.customer)
GROUP BY w.party, w.height
ORDER BY w.height;

-- name: parties
-- Parties that the catalogue declares.
SELECT party FROM bi.dim_party WHERE is_declared ORDER BY party;

-- name: kept
-- Agreements of some parties on their terms of now, with what came of each. Reliability is by the day
-- on which it was due, all else that has a day by that of the delivery; what is open is open now. One
-- that has ended is there, with its last terms, where there is something to say of it. Of a customer is
-- also what it asked for itself, whoever it was promised to.
WITH terms AS (
    SELECT DISTINCT ON (a.agreement) a.*, a.valid_until <= l.today AS has_ended
    FROM bi.dim_agreement a
    JOIN bi.dim_process p USING (process)
    CROSS JOIN LATERAL (SELECT (bi.as_of() AT TIME ZONE p.time_zone)::date AS today) l
    WHERE a.valid_from IS NULL OR a.valid_from <= l.today
    ORDER BY a.agreement, a.version DESC
), counted AS (
    SELECT d.agreement,
           count(*) FILTER (WHERE d.counts_as_due) AS due,
           count(*) FILTER (WHERE d.counts_as_due AND d.status = 'met') AS met,
           count(DISTINCT d.case_key) FILTER (WHERE d.counts_as_due) AS due_cases,
           count(*) FILTER (WHERE d.is_done) AS delivered,
           count(*) FILTER (WHERE d.is_done AND d.outcome = 'approved') AS approved,
           count(*) FILTER (WHERE d.is_done AND d.outcome = 'rejected') AS rejected,
           count(*) FILTER (WHERE d.is_done AND d.outcome = 'followed') AS followed,
           count(*) FILTER (WHERE d.is_done AND d.outcome = 'not-followed') AS not_followed,
           count(DISTINCT d.case_key) FILTER (WHERE d.is_done) AS delivered_cases,
           count(*) FILTER (WHERE d.is_done AND d.is_first_time_right) AS first_time_right,
           count(*) FILTER (WHERE d.is_done AND NOT d.is_first_time_right) AS first_time_wrong,
           percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY d.supplier_clock_seconds)
               FILTER (WHERE d.is_done) AS supplier_clock,
           percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY d.customer_clock_seconds)
               FILTER (WHERE d.is_done) AS customer_clock,
           count(*) FILTER (WHERE d.status = 'open') AS open,
           count(*) FILTER (WHERE d.status = 'open' AND d.is_breached) AS overdue,
           min(d.requested_at) FILTER (WHERE d.status = 'open') AS oldest_open_at
    FROM (
        SELECT f.*,
               f.due_at <= bi.as_of() AND (f.status <> 'cancelled' OR f.is_breached)
                   AND (%(since)s::date IS NULL OR f.due_on >= %(since)s)
                   AND (%(until)s::date IS NULL OR f.due_on < %(until)s) AS counts_as_due,
               f.delivered_at IS NOT NULL AND NOT f.is_open AND f.status <> 'cancelled'
                   AND (%(since)s::date IS NULL OR f.delivered_on >= %(since)s)
                   AND (%(until)s::date IS NULL OR f.delivered_on < %(until)s) AS is_done
        FROM bi.fct_delivery f
        WHERE (%(suppliers)s::text[] IS NULL OR f.supplier = ANY(%(suppliers)s))
          AND (%(customers)s::text[] IS NULL OR f.customer = ANY(%(customers)s)
               OR f.requested_by = ANY(%(customers)s))
          AND (%(processes)s::text[] IS NULL OR f.process = ANY(%(processes)s))
          AND (%(agreements)s::text[] IS NULL OR f.agreement = ANY(%(agreements)s))
    ) d
    GROUP BY d.agreement
)
SELECT t.deliverable, t.supplier, t.customer, t.process, t.agreement, t.staff_role, t.lead_time,
       t.target_share::float8, COALESCE(c.due, 0) AS due, COALESCE(c.met, 0) AS met,
       COALESCE(c.due_cases, 0) AS due_cases, t.first_time_right_target::float8,
       COALESCE(c.first_time_right, 0) AS first_time_right,
       COALESCE(c.first_time_wrong, 0) AS first_time_wrong,
       COALESCE(c.delivered, 0) AS delivered, COALESCE(c.delivered_cases, 0) AS delivered_cases,
       COALESCE(c.approved, 0) AS approved, COALESCE(c.rejected, 0) AS rejected,
       COALESCE(c.followed, 0) AS followed, COALESCE(c.not_followed, 0) AS not_followed,
       c.supplier_clock AS supplier_clock_seconds, c.customer_clock AS customer_clock_seconds,
       COALESCE(c.open, 0) AS open, COALESCE(c.overdue, 0) AS overdue, c.oldest_open_at, t.customer_role,
       t.valid_until
FROM terms t
LEFT JOIN counted c USING (agreement)
WHERE (%(suppliers)s::text[] IS NULL OR t.supplier = ANY(%(suppliers)s))
  AND (%(customers)s::text[] IS NULL OR t.customer = ANY(%(customers)s) OR c.due IS NOT NULL)
  AND (%(processes)s::text[] IS NULL OR t.process = ANY(%(processes)s))
  AND (%(agreements)s::text[] IS NULL OR t.agreement = ANY(%(agreements)s))
  AND (t.has_ended IS NOT TRUE OR c.due + c.delivered + c.open > 0)
ORDER BY t.deliverable, t.supplier, t.customer, t.agreement;
