-- name: deliveries
-- Deliveries as BI tools see them; what is due first comes first, what is never due last.
SELECT d.*
FROM bi.fct_delivery d
WHERE (%(process)s::text IS NULL OR d.process = %(process)s)
  AND (%(agreement)s::text IS NULL OR d.agreement = %(agreement)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (d.supplier, d.customer))
  AND (%(status)s::text IS NULL OR d.status = %(status)s)
  AND (%(due_before)s::date IS NULL OR d.due_on < %(due_before)s)
  AND (%(late_by)s::float8 IS NULL OR d.late_seconds > %(late_by)s)
ORDER BY d.due_at, d.requested_at, d.delivery_id;

-- name: pending
-- What parties wait for: deliveries that are still open, and work that a party was named to take up.
SELECT customer, supplier, 'delivery' AS waiting_for, deliverable AS what, process, agreement,
       count(*) AS waiting, min(requested_at) AS oldest_at,
       max(customer_clock_seconds)::float8 AS waiting_seconds_max, min(promised_at) AS first_promised_at,
       min(due_at) AS first_due_at, count(*) FILTER (WHERE is_breached) AS overdue,
       count(*) FILTER (WHERE is_paused) AS paused, customer_role
FROM bi.fct_delivery
WHERE is_open AND requested_at IS NOT NULL
  AND (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
GROUP BY customer, customer_role, supplier, deliverable, process, agreement
UNION ALL
SELECT customer, supplier, 'pick-up', activity, process, NULL,
       count(*), min(delivered_at), max(waiting_seconds)::float8, NULL, NULL, 0, 0, customer_role
FROM bi.fct_pending
WHERE (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
GROUP BY customer, customer_role, supplier, activity, process
ORDER BY customer, waiting_for, oldest_at, supplier, what, process, agreement;

-- name: agreements
-- Agreements that the catalogue declares.
SELECT DISTINCT agreement FROM bi.dim_agreement ORDER BY agreement;

-- name: parties
-- Parties that the catalogue declares.
SELECT party FROM bi.dim_party WHERE is_declared ORDER BY party;

-- name: report
-- Every agreement of a party, on its terms of now, with what came of it. Reliability is by the day on
-- which it was due, all else that has a day by that of the delivery; what is open is open now.
WITH terms AS (
    SELECT DISTINCT ON (a.agreement) a.*
    FROM bi.dim_agreement a
    WHERE a.valid_from IS NULL OR a.valid_from <= bi.as_of()::date
    ORDER BY a.agreement, a.version DESC
), counted AS (
    SELECT d.agreement,
           count(*) FILTER (WHERE d.counts_as_due) AS due,
           count(*) FILTER (WHERE d.counts_as_due AND d.status = 'met') AS met,
           count(*) FILTER (WHERE d.is_done) AS delivered,
           count(*) FILTER (WHERE d.is_done AND d.is_first_time_right) AS first_time_right,
           count(*) FILTER (WHERE d.is_done AND NOT d.is_first_time_right) AS first_time_wrong,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY d.supplier_clock_seconds)
               FILTER (WHERE d.is_done) AS supplier_clock,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY d.customer_clock_seconds)
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
        WHERE %(party)s = CASE %(side)s WHEN 'supplier' THEN f.supplier ELSE f.customer END
    ) d
    GROUP BY d.agreement
)
SELECT t.deliverable, t.supplier, t.customer, t.process, t.agreement, t.staff_role, t.lead_time,
       t.target_share::float8, COALESCE(c.due, 0) AS due, c.met::float8 / NULLIF(c.due, 0) AS share_met,
       t.first_time_right_target::float8,
       c.first_time_right::float8 / NULLIF(c.first_time_right + c.first_time_wrong, 0) AS share_first_time_right,
       COALESCE(c.delivered, 0) AS delivered, c.supplier_clock AS supplier_clock_seconds_median,
       c.customer_clock AS customer_clock_seconds_median, COALESCE(c.open, 0) AS open,
       COALESCE(c.overdue, 0) AS overdue, c.oldest_open_at, t.customer_role
FROM terms t
LEFT JOIN counted c USING (agreement)
WHERE %(party)s = CASE %(side)s WHEN 'supplier' THEN t.supplier ELSE t.customer END
ORDER BY t.deliverable, t.supplier, t.customer, t.agreement;
