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
), told AS MATERIALIZED (
    SELECT d.agreement, d.object_key, d.requested_at, d.status, d.is_breached, d.outcome, d.is_first_time_right,
           -- Of what is open nobody asks for its clocks here, and they would have to be looked up.
           CASE WHEN NOT d.is_open THEN d.supplier_clock_seconds::float8 END AS supplier_clock_seconds,
           d.customer_clock_seconds::float8,
           d.due_at <= bi.as_of() AND (d.status <> 'cancelled' OR d.is_breached)
               AND (%(since)s::date IS NULL OR d.due_on >= %(since)s)
               AND (%(until)s::date IS NULL OR d.due_on < %(until)s) AS counts_as_due,
           isfinite(d.delivered_at) AND NOT d.is_open AND d.status <> 'cancelled'
               AND (%(since)s::date IS NULL OR d.delivered_on >= %(since)s)
               AND (%(until)s::date IS NULL OR d.delivered_on < %(until)s) AS is_done
    FROM mining.told_delivery d
    WHERE (d.is_open
           OR (%(since)s::date IS NULL OR d.due_on >= %(since)s) AND (%(until)s::date IS NULL OR d.due_on < %(until)s)
           OR (%(since)s::date IS NULL OR d.delivered_on >= %(since)s)
              AND (%(until)s::date IS NULL OR d.delivered_on < %(until)s))
      AND (%(suppliers)s::text[] IS NULL
           OR d.supplier = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(suppliers)s))))
      AND (%(customers)s::text[] IS NULL
           OR d.customer = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(customers)s)))
           OR d.requested_by = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(customers)s))))
      AND (%(processes)s::text[] IS NULL
           OR d.process = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(processes)s))))
      AND (%(agreements)s::text[] IS NULL
           OR d.agreement = ANY(ARRAY(SELECT code FROM mining.term WHERE name = ANY(%(agreements)s))))
), by_case AS (  -- an agreement is about one process, so an object is a case in it
    SELECT agreement, bool_or(counts_as_due) AS is_due, bool_or(is_done) AS is_done,
           count(*) FILTER (WHERE counts_as_due) AS due,
           count(*) FILTER (WHERE counts_as_due AND status = 'met') AS met,
           count(*) FILTER (WHERE is_done) AS delivered,
           count(*) FILTER (WHERE is_done AND outcome = 'approved') AS approved,
           count(*) FILTER (WHERE is_done AND outcome = 'rejected') AS rejected,
           count(*) FILTER (WHERE is_done AND outcome = 'followed') AS followed,
           count(*) FILTER (WHERE is_done AND outcome = 'not-followed') AS not_followed,
           count(*) FILTER (WHERE is_done AND is_first_time_right) AS first_time_right,
           count(*) FILTER (WHERE is_done AND NOT is_first_time_right) AS first_time_wrong,
           count(*) FILTER (WHERE status = 'open') AS open,
           count(*) FILTER (WHERE status = 'open' AND is_breached) AS overdue,
           min(requested_at) FILTER (WHERE status = 'open') AS oldest_open_at
    FROM told
    GROUP BY agreement, object_key
), added AS (
    SELECT agreement, sum(due)::int8 AS due, sum(met)::int8 AS met,
           count(*) FILTER (WHERE is_due) AS due_cases,
           sum(delivered)::int8 AS delivered, count(*) FILTER (WHERE is_done) AS delivered_cases,
           sum(approved)::int8 AS approved, sum(rejected)::int8 AS rejected,
           sum(followed)::int8 AS followed, sum(not_followed)::int8 AS not_followed,
           sum(first_time_right)::int8 AS first_time_right, sum(first_time_wrong)::int8 AS first_time_wrong,
           sum(open)::int8 AS open, sum(overdue)::int8 AS overdue, min(oldest_open_at) AS oldest_open_at
    FROM by_case
    GROUP BY agreement
), clocks AS (
    SELECT agreement,
           percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY supplier_clock_seconds) AS supplier_clock,
           percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY customer_clock_seconds) AS customer_clock
    FROM told
    WHERE is_done
    GROUP BY agreement
), counted AS (
    SELECT n.name AS agreement, a.due, a.met, a.due_cases, a.delivered, a.delivered_cases, a.approved, a.rejected,
           a.followed, a.not_followed, a.first_time_right, a.first_time_wrong, a.open, a.overdue, a.oldest_open_at,
           c.supplier_clock, c.customer_clock
    FROM added a
    JOIN mining.term n ON n.code = a.agreement
    LEFT JOIN clocks c ON c.agreement = a.agreement
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
