-- The size of each story, as one number. Too little data gives none.

-- name: contracts_slip
-- How many times as long a request for a contract waits at HR as it did before, in working time.
SELECT avg(wait_working_seconds) FILTER (WHERE delivered_on >= %(since)s)
       / avg(wait_working_seconds) FILTER (WHERE delivered_on < %(since)s)
FROM bi.fct_handover
WHERE process = 'onboarding' AND from_activity = 'Contract requested'
  AND to_activity = 'Contract issued'
HAVING count(*) FILTER (WHERE delivered_on < %(since)s) >= 10
   AND count(*) FILTER (WHERE delivered_on >= %(since)s) >= 10;

-- name: payroll_data_wrong
-- The share of what the warehouse hands to payroll that payroll rejects.
SELECT avg((to_activity = 'Seasonal data rejected')::int)
FROM bi.fct_handover
WHERE process = 'onboarding' AND supplier = 'warehouse' AND customer = 'payroll'
HAVING count(*) >= 20;

-- name: teams_play_pingpong
-- The share of tickets with ping-pong that both teams had in hand.
SELECT avg((pingpongs_direct > 0 AND EXISTS (
           SELECT FROM bi.fct_handover h
           WHERE (h.process, h.case_key) = (c.process, c.case_key)
             AND (h.supplier, h.customer) = ('network', 'it')))::int)
FROM bi.fct_case c
WHERE process = 'it_service';

-- name: approval_on_fridays
-- The share of requisitions that Finance takes up on a Friday.
SELECT avg((EXTRACT(isodow FROM picked_up_on) = 5)::int)
FROM bi.fct_handover
WHERE process = 'purchasing' AND customer = 'finance' AND from_activity = 'Requisition submitted'
  AND picked_up_on >= %(since)s;

-- name: stock_answers_late
-- How many times as long customer service waits for the warehouse as it did before.
SELECT avg(wait_working_seconds) FILTER (WHERE delivered_on >= %(since)s)
       / avg(wait_working_seconds) FILTER (WHERE delivered_on < %(since)s)
FROM bi.fct_handover
WHERE process = 'customer_service' AND supplier = 'customer_service' AND customer = 'warehouse';

-- name: orders_improve
-- How many times as long an approved requisition waited at Purchasing before as it does since.
SELECT avg(wait_working_seconds) FILTER (WHERE delivered_on < %(since)s)
       / avg(wait_working_seconds) FILTER (WHERE delivered_on >= %(since)s)
FROM bi.fct_handover
WHERE process = 'purchasing' AND supplier = 'finance' AND customer = 'purchasing'
  AND to_activity = 'Order placed';

-- name: customer_left_out
-- The share of vacancies with a choice since then that left the rule on the last interview since then.
SELECT count(DISTINCT d.case_key) / count(DISTINCT h.case_key)::float8
FROM bi.fct_handover h
LEFT JOIN bi.fct_deviation d
       ON (d.process, d.case_key) = (h.process, h.case_key) AND d.since_on >= %(since)s
      AND d.rule = 'customer in the last interview'
WHERE h.process = 'recruitment' AND h.to_activity = 'Candidate selected' AND h.picked_up_on >= %(since)s
HAVING count(DISTINCT h.case_key) >= 10;

-- name: clocks_are_paused
-- How many times as long as before customers wait for a workplace, by the clock that never stops, for
-- each hour on the supplier's clock.
SELECT sum(customer_clock_seconds) FILTER (WHERE requested_on >= %(since)s)
       / sum(supplier_clock_seconds) FILTER (WHERE requested_on >= %(since)s)
       / (sum(customer_clock_seconds) FILTER (WHERE requested_on < %(since)s)
          / sum(supplier_clock_seconds) FILTER (WHERE requested_on < %(since)s))
FROM bi.fct_delivery
WHERE deliverable = 'Workplace' AND status IN ('met', 'breached');

-- name: service_rated_lower
-- By how much lower customers rate the service desk than they did before.
SELECT avg(mark) FILTER (WHERE asked_on < %(since)s) - avg(mark) FILTER (WHERE asked_on >= %(since)s)
FROM bi.fct_rating
WHERE supplier = 'servicedesk' AND question = 'satisfaction' AND status = 'answered'
HAVING count(*) FILTER (WHERE asked_on < %(since)s) >= 10
   AND count(*) FILTER (WHERE asked_on >= %(since)s) >= 10;

-- name: talks_cease
-- How many months ago Purchasing last spoke with a customer, or history began where it never did.
SELECT EXTRACT(epoch FROM bi.as_of() - COALESCE(
           (SELECT max(held_at) FROM bi.fct_conversation WHERE supplier = 'purchasing'),
           (SELECT min(started_at) FROM bi.fct_case))) / (31 * 24 * 3600);

-- name: unreliable
-- Agreements that were kept ten points less often than they should be since a day.
SELECT f.agreement
FROM bi.fct_delivery f
JOIN bi.dim_agreement a USING (agreement, version)
WHERE f.due_on >= %(since)s AND f.due_at <= bi.as_of()
  AND NOT (f.status = 'cancelled' AND f.is_breached IS NOT TRUE)
GROUP BY f.agreement
HAVING count(*) >= 30 AND avg((NOT f.is_breached)::int) < max(a.target_share) - 0.1
ORDER BY f.agreement;

-- name: late_link
-- How much later, in seconds, end customers are served where the warehouse answers a question later than
-- agreed, counted from the question.
SELECT (avg(took) FILTER (WHERE is_breached) - avg(took) FILTER (WHERE NOT is_breached))::float8
FROM (
    SELECT DISTINCT ON (l.case_key) l.process, l.case_key, l.is_breached,
           EXTRACT(epoch FROM l.end_at - d.requested_at) AS took
    FROM bi.fct_link l LEFT JOIN bi.fct_delivery d USING (delivery_id)
    WHERE l.process = 'customer_service' AND l.supplier = 'customer_service'
      AND l.customer = 'warehouse'
    ORDER BY l.case_key, l.place
) asked
JOIN bi.fct_case c USING (process, case_key)
WHERE NOT c.is_open;
