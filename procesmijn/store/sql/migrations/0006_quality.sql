-- What had to be done again: repeats of activities, and returns of deliveries, each with the two
-- parties between whom it arose, and how long it took.

CREATE VIEW bi.fct_repeat AS
SELECT r.again_event || '/' || p.name || '/' || o.object_id AS repeat_id,
       p.name AS process,
       o.object_id AS case_key,
       CASE
           WHEN r.is_pingpong = 1 THEN 'pingpong'
           WHEN r.supplier = 0 AND r.customer = 0 THEN 'unassigned'
           WHEN r.supplier = r.party THEN 'own'
           ELSE 'by-another'
       END AS kind,
       a.name AS activity,
       w.name AS party,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN r.customer <> 0 THEN
           CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END END AS customer_role,
       CASE WHEN r.handover_event <> '00000000-0000-0000-0000-000000000000'
           THEN r.handover_event || '/' || p.name || '/' || o.object_id END AS handover_id,
       NULLIF(r.since_at, 'infinity') AS since_at,
       NULLIF(r.started_at, 'infinity') AS started_at,
       r.completed_at,
       r.completed_on,
       EXTRACT(epoch FROM r.completed_at - NULLIF(r.started_at, 'infinity')) AS rework_seconds,
       EXTRACT(epoch FROM r.completed_at - NULLIF(r.since_at, 'infinity')) AS held_seconds,
       (SELECT count(DISTINCT h.customer)::int4 FROM mining.handover h
        WHERE h.object_key = r.object_key AND h.process = r.process AND h.customer <> r.party
          AND h.picked_up_at >= r.completed_at AND h.picked_up_at <= bi.as_of()) AS parties_behind,
       r.is_pingpong = 1 AS is_pingpong,
       r.change_id,
       r.updated_at
FROM mining.repeat r
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = r.process
JOIN mining.term a ON a.code = r.activity
LEFT JOIN mining.term w ON w.code = r.party
LEFT JOIN mining.term s ON s.code = r.supplier
LEFT JOIN mining.term c ON c.code = r.customer
LEFT JOIN mining.party e ON e.code = r.customer
WHERE r.completed_at <= bi.as_of();
COMMENT ON VIEW bi.fct_repeat IS 'One repeat: an activity that was completed again in its case, with the two parties between whom that came about. What is a repeat is decided by what came before it.';
COMMENT ON COLUMN bi.fct_repeat.repeat_id IS 'Stable key of the repeat.';
COMMENT ON COLUMN bi.fct_repeat.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_repeat.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_repeat.kind IS 'pingpong: a party came on again to do again what it had done; by-another: done again by another party than before; own: done again by the same party, which had not let it go; unassigned: by no party, or a system.';
COMMENT ON COLUMN bi.fct_repeat.activity IS 'What is done again.';
COMMENT ON COLUMN bi.fct_repeat.party IS 'Who does it again; null where nobody is known.';
COMMENT ON COLUMN bi.fct_repeat.supplier IS 'Whose work was not right; null where nobody''s is known.';
COMMENT ON COLUMN bi.fct_repeat.customer IS 'For whom it was not right: who handed it back, or did the work of the supplier again. Null where the supplier did its own again by itself.';
COMMENT ON COLUMN bi.fct_repeat.customer_role IS 'internal, or end: the customer outside, for whom the chain exists; null where customer is.';
COMMENT ON COLUMN bi.fct_repeat.handover_id IS 'The handover by which the case came to who does it again; key of fct_handover. Null where it had not been let go.';
COMMENT ON COLUMN bi.fct_repeat.since_at IS 'When that handover was delivered, else started_at.';
COMMENT ON COLUMN bi.fct_repeat.started_at IS 'Start of the repeat; null where none is known.';
COMMENT ON COLUMN bi.fct_repeat.completed_at IS 'When it was done again.';
COMMENT ON COLUMN bi.fct_repeat.completed_on IS 'Its local date, in the zone of the process.';
COMMENT ON COLUMN bi.fct_repeat.rework_seconds IS 'Rework time: elapsed seconds from started_at to completed_at; null where no start is known.';
COMMENT ON COLUMN bi.fct_repeat.held_seconds IS 'Elapsed seconds from since_at to completed_at: so long it held up the case.';
COMMENT ON COLUMN bi.fct_repeat.parties_behind IS 'Other parties that took up work in the case after it, until bi.as_of(): each of them was held up by held_seconds.';
COMMENT ON COLUMN bi.fct_repeat.is_pingpong IS 'Whether kind is pingpong.';
COMMENT ON COLUMN bi.fct_repeat.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.fct_repeat.updated_at IS 'When this row was last written.';

CREATE VIEW mining.returned AS
SELECT d.object_key, d.process, d.agreement, d.opened_event, d.deliverable, d.supplier, d.customer, r.nth,
       r.returned_at, r.delivered_at, d.change_id, d.updated_at
FROM mining.delivery d
CROSS JOIN LATERAL (
    SELECT returned_at, min(since_at) FILTER (WHERE is_delivered) AS delivered_at,
           row_number() OVER (ORDER BY returned_at) AS nth
    FROM (
        SELECT mining.instant_in(d.course, at) AS since_at, mining.instant_in(d.course, at + 40) AS returned_at,
               substr(d.course, at + 84, 2)::int2 IN (2, 3) AS is_delivered
        FROM generate_series(1, length(d.course), 92) AS at
        UNION ALL
        SELECT d.since_at, d.returned_at, d.standing IN (2, 3)
    ) stretch
    WHERE isfinite(returned_at) AND since_at <= bi.as_of()
    GROUP BY returned_at
) r
WHERE d.returns > 0;
COMMENT ON VIEW mining.returned IS 'Every return of a delivery, from its course: what it went through is there, so nothing is stored of a return by itself.';

CREATE VIEW bi.fct_return AS
SELECT d.opened_event || '/' || a.name || '/' || o.object_id || '/' || d.nth AS return_id,
       d.opened_event || '/' || a.name || '/' || o.object_id AS delivery_id,
       p.name AS process,
       o.object_id AS case_key,
       a.name AS agreement,
       t.name AS deliverable,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       d.nth::int4 AS nth,
       d.returned_at,
       (d.returned_at AT TIME ZONE COALESCE(z.time_zone, 'UTC'))::date AS returned_on,
       d.delivered_at AS redelivered_at,
       EXTRACT(epoch FROM COALESCE(d.delivered_at, bi.as_of()) - d.returned_at) AS recovery_seconds,
       mining.working_us(mining.calendar_of(d.supplier), d.returned_at,
                         COALESCE(d.delivered_at, bi.as_of())) / 1e6 AS recovery_working_seconds,
       d.change_id,
       d.updated_at
FROM mining.returned d
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = d.process
JOIN mining.term a ON a.code = d.agreement
JOIN mining.term t ON t.code = d.deliverable
JOIN mining.term s ON s.code = d.supplier
JOIN mining.term c ON c.code = d.customer
LEFT JOIN mining.process z ON z.code = d.process
LEFT JOIN mining.party e ON e.code = d.customer;
COMMENT ON VIEW bi.fct_return IS 'One return of what was delivered under an agreement, as of bi.as_of(), and how long it took to deliver it again.';
COMMENT ON COLUMN bi.fct_return.return_id IS 'Key: that of the delivery, and which of its returns.';
COMMENT ON COLUMN bi.fct_return.delivery_id IS 'The delivery; key of fct_delivery.';
COMMENT ON COLUMN bi.fct_return.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_return.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_return.agreement IS 'Agreement; key of dim_agreement.';
COMMENT ON COLUMN bi.fct_return.deliverable IS 'What was returned; key of dim_deliverable.';
COMMENT ON COLUMN bi.fct_return.supplier IS 'Party that delivered it.';
COMMENT ON COLUMN bi.fct_return.customer IS 'Party that was to get it.';
COMMENT ON COLUMN bi.fct_return.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_return.nth IS 'Which of the returns of that delivery; the first is 1.';
COMMENT ON COLUMN bi.fct_return.returned_at IS 'When it was returned.';
COMMENT ON COLUMN bi.fct_return.returned_on IS 'Its local date, in the zone of the process.';
COMMENT ON COLUMN bi.fct_return.redelivered_at IS 'When it was delivered again; null where it was not yet.';
COMMENT ON COLUMN bi.fct_return.recovery_seconds IS 'Recovery time: elapsed seconds from the return to the next delivery, or until bi.as_of().';
COMMENT ON COLUMN bi.fct_return.recovery_working_seconds IS 'The same on the calendar of the supplier.';
COMMENT ON COLUMN bi.fct_return.change_id IS 'That of the delivery.';
COMMENT ON COLUMN bi.fct_return.updated_at IS 'That of the delivery.';

-- For readers, as they have all else: months, parties large enough to name, cells of enough cases.

CREATE VIEW bi.agg_quality_monthly WITH (security_barrier) AS
WITH happened AS (
    SELECT process, date_trunc('month', completed_on)::date AS month,
           CASE WHEN is_pingpong = 1 THEN 'pingpong' WHEN supplier = party THEN 'own' ELSE 'by-another' END AS kind,
           supplier, customer, object_key,
           CASE WHEN isfinite(started_at) THEN completed_at - started_at END AS took
    FROM mining.repeat
    WHERE supplier <> 0 AND completed_at <= bi.as_of()
    UNION ALL
    SELECT r.process, date_trunc('month', r.returned_at AT TIME ZONE COALESCE(z.time_zone, 'UTC'))::date,
           'return', r.supplier, r.customer, r.object_key, r.delivered_at - r.returned_at
    FROM mining.returned r
    LEFT JOIN mining.process z ON z.code = r.process
)
SELECT p.name AS process,
       x.month,
       x.kind,
       s.name AS supplier,
       c.name AS customer,
       count(*) AS times,
       count(DISTINCT x.object_key) AS cases,
       count(x.took) AS timed,
       COALESCE(EXTRACT(epoch FROM sum(x.took)), 0) AS recovery_seconds_sum
FROM happened x
JOIN mining.reported_party rs ON rs.code = x.supplier
LEFT JOIN mining.reported_party rc ON rc.code = x.customer
JOIN mining.term p ON p.code = x.process
JOIN mining.term s ON s.code = rs.reported
LEFT JOIN mining.term c ON c.code = rc.reported
WHERE CASE WHEN x.customer = 0 THEN x.kind = 'own' ELSE rs.reported <> rc.reported END
GROUP BY p.name, x.month, x.kind, s.name, c.name
HAVING count(DISTINCT x.object_key) >= bi.small_group();
COMMENT ON VIEW bi.agg_quality_monthly IS 'What had to be done again by process, month, kind, supplier and customer, for readers: cells of too few cases are hidden, small and undeclared parties are not named. As of bi.as_of(), which readers cannot choose; without the cases that were retired.';
COMMENT ON COLUMN bi.agg_quality_monthly.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_quality_monthly.month IS 'First day of the month in which it was done again or returned, local.';
COMMENT ON COLUMN bi.agg_quality_monthly.kind IS 'return: of a delivery under an agreement; pingpong, by-another, own: of activities, see fct_repeat.kind. A return and the repeat that it leads to are both there.';
COMMENT ON COLUMN bi.agg_quality_monthly.supplier IS 'Whose work was not right, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_quality_monthly.customer IS 'For whom it was not right, or the parent that it reports as; null where the supplier did its own again.';
COMMENT ON COLUMN bi.agg_quality_monthly.times IS 'How often.';
COMMENT ON COLUMN bi.agg_quality_monthly.cases IS 'Number of distinct cases, never below bi.small_group().';
COMMENT ON COLUMN bi.agg_quality_monthly.timed IS 'How often it is known how long it took.';
COMMENT ON COLUMN bi.agg_quality_monthly.recovery_seconds_sum IS 'Of these, added up: of a return until the next delivery, of the others from start to completion.';

GRANT SELECT ON bi.fct_repeat, bi.fct_return, bi.agg_quality_monthly TO bi_analyst;
GRANT SELECT ON bi.agg_quality_monthly TO bi_reader;
