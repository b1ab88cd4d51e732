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
       count(*) FILTER (WHERE is_paused) AS paused
FROM bi.fct_delivery
WHERE is_open AND requested_at IS NOT NULL
  AND (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
GROUP BY customer, supplier, deliverable, process, agreement
UNION ALL
SELECT customer, supplier, 'pick-up', activity, process, NULL,
       count(*), min(delivered_at), max(waiting_seconds)::float8, NULL, NULL, 0, 0
FROM bi.fct_pending
WHERE (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
GROUP BY customer, supplier, activity, process
ORDER BY customer, waiting_for, oldest_at, supplier, what, process, agreement;

-- name: agreements
-- Agreements that the catalogue declares.
SELECT DISTINCT agreement FROM bi.dim_agreement ORDER BY agreement;

-- name: parties
-- Parties that the catalogue declares.
SELECT party FROM bi.dim_party WHERE is_declared ORDER BY party;
