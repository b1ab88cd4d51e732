-- What BI tools read. Names and meanings here are a contract: columns are added, never changed.

CREATE SCHEMA bi;
COMMENT ON SCHEMA bi IS 'What BI tools read, contract version 1: stable names, additive changes only.';

CREATE FUNCTION bi.contract_version() RETURNS int4 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 1;
COMMENT ON FUNCTION bi.contract_version IS 'Raised when columns are added.';

CREATE FUNCTION mining.present() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(
        (SELECT NULLIF(split_part(setting, '=', 2), '')::timestamptz
         FROM pg_db_role_setting s
         JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
         CROSS JOIN unnest(s.setconfig) AS setting
         WHERE s.setrole = 0 AND starts_with(setting, 'procesmijn.as_of=')),
        now());
COMMENT ON FUNCTION mining.present IS 'Now, or what the owner of the database lets it take for now, whatever a session says.';

CREATE FUNCTION bi.as_of() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE
        WHEN COALESCE(current_setting('procesmijn.as_of', true), '') = '' THEN now()
        WHEN pg_has_role('bi_reader', 'USAGE') AND NOT pg_has_role('bi_analyst', 'USAGE') THEN mining.present()
        ELSE current_setting('procesmijn.as_of')::timestamptz
    END;
COMMENT ON FUNCTION bi.as_of IS 'The moment that the views speak of: now, or SET procesmijn.as_of = ''2026-01-31 12:00+01''. Who only reads aggregates cannot choose it: two moments would differ by single cases.';

CREATE FUNCTION bi.safe_change_id() RETURNS int8 LANGUAGE sql STABLE PARALLEL SAFE
    RETURN pg_snapshot_xmin(pg_current_snapshot())::text::int8;
COMMENT ON FUNCTION bi.safe_change_id IS 'Nothing with a change_id below this can appear any more: load what is below it, and go on from it next time.';

CREATE FUNCTION mining.calendar_of(party int4) RETURNS int4 LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    RETURN COALESCE(
        (SELECT p.calendar FROM mining.party p WHERE p.code = calendar_of.party),
        (SELECT t.code FROM mining.term t WHERE t.name = 'office'));
COMMENT ON FUNCTION mining.calendar_of IS 'The calendar of a party; office for one that the catalogue does not know.';

CREATE VIEW bi.fct_handover AS
SELECT h.to_event || '/' || p.name || '/' || o.object_id AS handover_id,
       p.name AS process,
       o.object_id AS case_key,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       fa.name AS from_activity,
       ta.name AS to_activity,
       h.delivered_at,
       h.picked_up_at,
       h.delivered_on,
       h.picked_up_on,
       h.wait_us / 1e6 AS wait_seconds,
       h.wait_working_us / 1e6 AS wait_working_seconds,
       h.case_wait_us / 1e6 AS case_wait_seconds,
       h.case_wait_working_us / 1e6 AS case_wait_working_seconds,
       CASE h.pickup_basis WHEN 1 THEN 'start' ELSE 'completion' END AS pickup_basis,
       h.wait_us > 0 AND h.wait_working_us = 0 AS is_outside_calendar,
       h.change_id,
       h.updated_at
FROM mining.handover h
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = h.process
JOIN mining.term s ON s.code = h.supplier
JOIN mining.term c ON c.code = h.customer
JOIN mining.term fa ON fa.code = h.from_activity
JOIN mining.term ta ON ta.code = h.to_activity
LEFT JOIN mining.party e ON e.code = h.customer
WHERE h.picked_up_at <= bi.as_of();
COMMENT ON VIEW bi.fct_handover IS 'One handover: work in a case passed from an internal supplier to an internal customer.';
COMMENT ON COLUMN bi.fct_handover.handover_id IS 'Stable key of the handover.';
COMMENT ON COLUMN bi.fct_handover.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_handover.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_handover.supplier IS 'Party that delivered; key of dim_party.';
COMMENT ON COLUMN bi.fct_handover.customer IS 'Party that picked up; key of dim_party.';
COMMENT ON COLUMN bi.fct_handover.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_handover.from_activity IS 'Activity whose completion enabled the next.';
COMMENT ON COLUMN bi.fct_handover.to_activity IS 'Activity that picked the work up.';
COMMENT ON COLUMN bi.fct_handover.delivered_at IS 'Completion of from_activity.';
COMMENT ON COLUMN bi.fct_handover.picked_up_at IS 'Start of to_activity; its completion where no start is known.';
COMMENT ON COLUMN bi.fct_handover.delivered_on IS 'Local date of the delivery, in the zone of the process.';
COMMENT ON COLUMN bi.fct_handover.picked_up_on IS 'Local date of the pick-up, in the zone of the process.';
COMMENT ON COLUMN bi.fct_handover.wait_seconds IS 'Elapsed seconds from delivery to pick-up.';
COMMENT ON COLUMN bi.fct_handover.wait_working_seconds IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.fct_handover.case_wait_seconds IS 'Of wait_seconds, those in which the case waited here: nobody worked on it, and no handover waited that was picked up later. Over its handovers they add up, with its processing and the waiting at none of them, to its cycle time.';
COMMENT ON COLUMN bi.fct_handover.case_wait_working_seconds IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.fct_handover.pickup_basis IS 'start: a start is known; completion: it is not, so the wait includes the work.';
COMMENT ON COLUMN bi.fct_handover.is_outside_calendar IS 'Elapsed time above zero and working time zero.';
COMMENT ON COLUMN bi.fct_handover.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.fct_handover.updated_at IS 'When this row was last written.';

CREATE VIEW bi.fct_pending AS
SELECT w.from_event || '/' || p.name || '/' || o.object_id AS pending_id,
       p.name AS process,
       o.object_id AS case_key,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       a.name AS activity,
       w.delivered_at,
       w.delivered_on,
       EXTRACT(epoch FROM bi.as_of() - w.delivered_at) AS waiting_seconds,
       mining.working_us(mining.calendar_of(w.customer), w.delivered_at, bi.as_of()) / 1e6 AS waiting_working_seconds,
       'named' AS basis,
       w.change_id,
       w.updated_at
FROM mining.pending w
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = w.process
LEFT JOIN mining.term s ON s.code = w.supplier
JOIN mining.term c ON c.code = w.customer
JOIN mining.term a ON a.code = w.activity
LEFT JOIN mining.party e ON e.code = w.customer
WHERE w.delivered_at <= bi.as_of() AND w.settled_at > bi.as_of();
COMMENT ON VIEW bi.fct_pending IS 'One handover that nobody has picked up yet, as of bi.as_of(). What is picked up leaves it without a trace: load it whole.';
COMMENT ON COLUMN bi.fct_pending.pending_id IS 'Stable key of what is pending.';
COMMENT ON COLUMN bi.fct_pending.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_pending.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_pending.supplier IS 'Party that passed the work on; null where the event names none.';
COMMENT ON COLUMN bi.fct_pending.customer IS 'Party that is to act.';
COMMENT ON COLUMN bi.fct_pending.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_pending.activity IS 'Activity that named the customer.';
COMMENT ON COLUMN bi.fct_pending.delivered_at IS 'Since when it waits.';
COMMENT ON COLUMN bi.fct_pending.delivered_on IS 'Local date since when it waits, in the zone of the process.';
COMMENT ON COLUMN bi.fct_pending.waiting_seconds IS 'Elapsed seconds that it has waited.';
COMMENT ON COLUMN bi.fct_pending.waiting_working_seconds IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.fct_pending.basis IS 'How it is known: named, an event names the receiving party.';
COMMENT ON COLUMN bi.fct_pending.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.fct_pending.updated_at IS 'When this row was last written.';

CREATE VIEW mining.served AS
SELECT h.object_key, h.process, h.delivered_at AS at, h.customer
FROM mining.handover h JOIN mining.party e ON e.code = h.customer
WHERE e.is_end_customer
UNION ALL
SELECT w.object_key, w.process, w.delivered_at, w.customer
FROM mining.pending w JOIN mining.party e ON e.code = w.customer
WHERE e.is_end_customer;
COMMENT ON VIEW mining.served IS 'Moments at which something was handed to an end customer: one who picked it up, or was named to receive it.';

CREATE VIEW mining.told_case AS
SELECT c.object_key,
       p.name AS process,
       o.object_id AS case_key,
       c.started_at,
       (c.started_at AT TIME ZONE COALESCE(d.time_zone, 'UTC'))::date AS started_on,
       CASE WHEN c.ended_at <= (SELECT bi.as_of()) THEN c.ended_at END AS ended_at,
       CASE WHEN d.has_end THEN c.closed_at > (SELECT bi.as_of()) END AS is_open,
       CASE WHEN c.ended_at <= (SELECT bi.as_of()) THEN EXTRACT(epoch FROM c.ended_at - c.started_at) END AS cycle_seconds,
       CASE WHEN c.ended_at <= (SELECT bi.as_of()) THEN c.processing_us / 1e6 END AS processing_seconds,
       c.events,
       c.unassigned AS events_without_party,
       c.handovers,
       c.parties,
       c.revisits,
       c.revisits_direct,
       c.pingpongs,
       c.pingpongs_direct,
       c.repeats,
       c.variant AS variant_key,
       EXISTS (
           SELECT FROM mining.handover h
           WHERE h.object_key = c.object_key AND h.process = c.process AND h.delivered_at <= (SELECT bi.as_of())
             AND h.customer = ANY (ARRAY(SELECT code FROM mining.party WHERE is_end_customer))
       ) OR EXISTS (
           SELECT FROM mining.pending w
           WHERE w.object_key = c.object_key AND w.process = c.process AND w.delivered_at <= (SELECT bi.as_of())
             AND w.customer = ANY (ARRAY(SELECT code FROM mining.party WHERE is_end_customer))
       ) AS serves_end_customer,
       c.change_id,
       c.updated_at
FROM mining."case" c
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = c.process
LEFT JOIN mining.process d ON d.code = c.process
WHERE c.started_at <= bi.as_of();
COMMENT ON VIEW mining.told_case IS 'What is told of each case, with its internal key: so that a choice of cases is looked up by it.';

CREATE VIEW bi.fct_case AS
SELECT process, case_key, started_at, started_on, ended_at, is_open, cycle_seconds, processing_seconds, events,
       events_without_party, handovers, parties, revisits, revisits_direct, pingpongs, pingpongs_direct, repeats,
       variant_key, serves_end_customer, change_id, updated_at
FROM mining.told_case;
COMMENT ON VIEW bi.fct_case IS 'One case: an object in a process. As of an earlier bi.as_of() it has the cases that had started by then; what they counted is what is known now.';
COMMENT ON COLUMN bi.fct_case.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_case.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_case.started_at IS 'First start.';
COMMENT ON COLUMN bi.fct_case.started_on IS 'Its local date, in the zone of the process.';
COMMENT ON COLUMN bi.fct_case.ended_at IS 'Last completion; null where nothing was completed yet, and where that lies after bi.as_of().';
COMMENT ON COLUMN bi.fct_case.is_open IS 'No end activity completed yet, or work started after the last one (reopened); null where the process declares none. As of an earlier moment a case that was reopened since is open.';
COMMENT ON COLUMN bi.fct_case.cycle_seconds IS 'Cycle time: first start to last completion, elapsed; null where ended_at is.';
COMMENT ON COLUMN bi.fct_case.processing_seconds IS 'Processing time: union of its activity intervals; the rest of the cycle time is waiting. Null where ended_at is.';
COMMENT ON COLUMN bi.fct_case.events IS 'Events of the case, as known now.';
COMMENT ON COLUMN bi.fct_case.events_without_party IS 'Events among them that no party is known of, as known now.';
COMMENT ON COLUMN bi.fct_case.handovers IS 'Handovers in the case, as known now.';
COMMENT ON COLUMN bi.fct_case.parties IS 'Parties that took part, as known now.';
COMMENT ON COLUMN bi.fct_case.revisits IS 'Times that a party came on again, as known now.';
COMMENT ON COLUMN bi.fct_case.revisits_direct IS 'Those with one other party in between, as known now.';
COMMENT ON COLUMN bi.fct_case.pingpongs IS 'Revisits that repeat what the party had done, as known now.';
COMMENT ON COLUMN bi.fct_case.pingpongs_direct IS 'Those with one other party in between, as known now.';
COMMENT ON COLUMN bi.fct_case.repeats IS 'Activities that were completed again, as known now; each is in fct_repeat.';
COMMENT ON COLUMN bi.fct_case.variant_key IS 'Hash of the activities in order of completion: equal for cases that took the same way. As known now.';
COMMENT ON COLUMN bi.fct_case.serves_end_customer IS 'Whether anything in it was handed to an end customer: its times are about the end customer, else about internal ones.';
COMMENT ON COLUMN bi.fct_case.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.fct_case.updated_at IS 'When this row was last written.';

CREATE FUNCTION mining.instant_in(course bytea, at int4) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE substr(course, at, 8)::int8 WHEN 9223372036854775807 THEN 'infinity'
        ELSE timestamptz 'epoch' + substr(course, at, 8)::int8 * interval '1 microsecond' END;
COMMENT ON FUNCTION mining.instant_in IS 'An instant in the course of a delivery.';

CREATE VIEW mining.delivery_as_of AS
SELECT object_key, process, agreement, opened_event, request, version, deliverable, supplier, customer,
       requested_by, requested_at, requested_on, promised_at, cancelled_at,
       since_at, due_at, first_delivered_at, delivered_at, accepted_at,
       returned_at, returnable_at, supplier_us, due_on, delivered_on, returns, late_returns, pauses,
       standing, is_paused, right_first, outcome, change_id, updated_at
FROM mining.delivery
WHERE since_at <= bi.as_of()
UNION ALL
SELECT object_key, process, agreement, opened_event, request, version, deliverable, supplier, customer,
       requested_by, requested_at, requested_on, promised_at, 'infinity',
       mining.instant_in(course, at), mining.instant_in(course, at + 8), mining.instant_in(course, at + 16),
       mining.instant_in(course, at + 24), mining.instant_in(course, at + 32),
       mining.instant_in(course, at + 40), mining.instant_in(course, at + 48),
       substr(course, at + 56, 8)::int8, date '1970-01-01' + substr(course, at + 64, 4)::int4,
       date '1970-01-01' + substr(course, at + 68, 4)::int4, substr(course, at + 72, 4)::int4,
       substr(course, at + 76, 4)::int4, substr(course, at + 80, 4)::int4,
       substr(course, at + 84, 2)::int2, substr(course, at + 86, 2)::int2,
       substr(course, at + 88, 2)::int2, substr(course, at + 90, 2)::int2, change_id, updated_at
FROM mining.delivery
CROSS JOIN LATERAL (
    SELECT at
    FROM generate_series(1, length(course), 92) AS at
    WHERE mining.instant_in(course, at) <= bi.as_of()
    ORDER BY at DESC LIMIT 1
) AS stretch
WHERE since_at > bi.as_of();
COMMENT ON VIEW mining.delivery_as_of IS 'Deliveries as they stood as of bi.as_of(): as they stand, where nothing was said of them since; else by the stretch of their course in which that moment lies.';

CREATE VIEW mining.told_delivery AS
SELECT d.object_key, d.process, d.agreement, d.opened_event, d.request, d.version, d.deliverable, d.supplier,
       d.customer, d.requested_by, d.requested_at, d.requested_on, d.promised_at, d.due_at, d.due_on,
       d.first_delivered_at, d.delivered_at, d.delivered_on, d.accepted_at, d.returned_at, d.cancelled_at,
       d.returnable_at, d.since_at, d.supplier_us,
       CASE
           WHEN NOT isfinite(d.requested_at) THEN 'unasked'
           WHEN d.standing = 4 THEN 'cancelled'
           WHEN d.standing = 1 THEN 'open'
           WHEN d.delivered_at <= d.due_at THEN 'met'
           ELSE 'breached'
       END AS status,
       d.standing = 1 AS is_open,
       d.is_paused = 1 AS is_paused,
       CASE WHEN isfinite(d.requested_at) THEN (d.supplier_us + CASE
           WHEN d.standing = 1 AND d.is_paused = 0
           THEN mining.working_us(mining.calendar_of(d.supplier), d.since_at, bi.as_of())
           ELSE 0 END) / 1e6 END AS supplier_clock_seconds,
       CASE WHEN isfinite(d.requested_at) THEN EXTRACT(epoch FROM CASE d.standing
           WHEN 1 THEN bi.as_of() WHEN 4 THEN d.cancelled_at ELSE d.delivered_at
           END - d.requested_at) END AS customer_clock_seconds,
       d.returns, d.late_returns, d.pauses,
       CASE
           WHEN NOT isfinite(d.requested_at) THEN NULL
           WHEN d.standing IN (2, 3) THEN d.delivered_at > d.due_at
           WHEN LEAST(d.cancelled_at, bi.as_of()) > d.due_at THEN true
       END AS is_breached,
       NULLIF(GREATEST(EXTRACT(epoch FROM CASE
           WHEN d.standing IN (2, 3) THEN d.delivered_at
           ELSE LEAST(d.cancelled_at, bi.as_of()) END - NULLIF(d.due_at, 'infinity')), 0), 0) AS late_seconds,
       CASE
           WHEN d.right_first > 0 THEN d.right_first = 1
           WHEN bi.as_of() > d.returnable_at THEN true
       END AS is_first_time_right,
       CASE d.outcome WHEN 1 THEN 'followed' WHEN 2 THEN 'not-followed' WHEN 3 THEN 'approved'
           WHEN 4 THEN 'rejected' END AS outcome,
       d.change_id, d.updated_at
FROM mining.delivery_as_of d;
COMMENT ON VIEW mining.told_delivery IS 'What is told of each delivery, in codes, so that many are counted before anything is looked up. Missing instants are infinity, their dates the last that there is.';

CREATE VIEW bi.fct_delivery AS
SELECT d.opened_event || '/' || a.name || '/' || o.object_id AS delivery_id,
       p.name AS process,
       o.object_id AS case_key,
       a.name AS agreement,
       d.version,
       t.name AS deliverable,
       s.name AS supplier,
       c.name AS customer,
       v.staff_role,
       NULLIF(r.object_id, '') AS request,
       NULLIF(d.requested_at, 'infinity') AS requested_at,
       CASE WHEN isfinite(d.requested_at) THEN d.requested_on END AS requested_on,
       NULLIF(d.promised_at, 'infinity') AS promised_at,
       NULLIF(d.due_at, 'infinity') AS due_at,
       CASE WHEN isfinite(d.due_at) THEN d.due_on END AS due_on,
       NULLIF(d.first_delivered_at, 'infinity') AS first_delivered_at,
       NULLIF(d.delivered_at, 'infinity') AS delivered_at,
       CASE WHEN isfinite(d.delivered_at) THEN d.delivered_on END AS delivered_on,
       NULLIF(d.accepted_at, 'infinity') AS accepted_at,
       NULLIF(d.returned_at, 'infinity') AS returned_at,
       NULLIF(d.cancelled_at, 'infinity') AS cancelled_at,
       NULLIF(d.returnable_at, 'infinity') AS returnable_until,
       d.status,
       d.is_open,
       d.is_paused,
       d.supplier_clock_seconds,
       d.customer_clock_seconds,
       d.returns,
       d.late_returns,
       d.pauses,
       d.is_breached,
       d.late_seconds,
       d.is_first_time_right,
       d.outcome,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       b.name AS requested_by,
       d.change_id,
       d.updated_at
FROM mining.told_delivery d
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = d.process
JOIN mining.term a ON a.code = d.agreement
JOIN mining.term t ON t.code = d.deliverable
JOIN mining.term s ON s.code = d.supplier
JOIN mining.term c ON c.code = d.customer
LEFT JOIN mining.deliverable v ON v.code = d.deliverable
LEFT JOIN mining.object r ON r.object_key = d.request AND d.request <> 0
LEFT JOIN mining.term b ON b.code = d.requested_by
LEFT JOIN mining.party e ON e.code = d.customer;
COMMENT ON VIEW bi.fct_delivery IS 'One delivery under an agreement, as it stands as of bi.as_of(), by event time: asked for, or delivered without having been asked for.';
COMMENT ON COLUMN bi.fct_delivery.delivery_id IS 'Stable key of the delivery.';
COMMENT ON COLUMN bi.fct_delivery.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_delivery.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_delivery.agreement IS 'Agreement; with version the key of dim_agreement.';
COMMENT ON COLUMN bi.fct_delivery.version IS 'The version of the agreement that was valid at the request; of what is unasked, at its delivery.';
COMMENT ON COLUMN bi.fct_delivery.deliverable IS 'What is delivered; key of dim_deliverable.';
COMMENT ON COLUMN bi.fct_delivery.supplier IS 'Party that promised it; key of dim_party.';
COMMENT ON COLUMN bi.fct_delivery.customer IS 'Party to which it was promised; key of dim_party.';
COMMENT ON COLUMN bi.fct_delivery.staff_role IS 'What the supplier is in it: supporting, regulating, executing or advising; null where the catalogue does not know the deliverable any more.';
COMMENT ON COLUMN bi.fct_delivery.request IS 'Id of the request, where the events carry one.';
COMMENT ON COLUMN bi.fct_delivery.requested_at IS 'When it was asked for; null where it was not.';
COMMENT ON COLUMN bi.fct_delivery.requested_on IS 'Its local date, in the zone of the process.';
COMMENT ON COLUMN bi.fct_delivery.promised_at IS 'When it was due by the request alone, without pauses.';
COMMENT ON COLUMN bi.fct_delivery.due_at IS 'When it is due, pauses included; null while it is paused, and where nothing was promised.';
COMMENT ON COLUMN bi.fct_delivery.due_on IS 'Its local date, in the zone of the process: the day on which it counts for delivery reliability.';
COMMENT ON COLUMN bi.fct_delivery.first_delivered_at IS 'The first delivery.';
COMMENT ON COLUMN bi.fct_delivery.delivered_at IS 'The last delivery; one that was returned since is open again.';
COMMENT ON COLUMN bi.fct_delivery.delivered_on IS 'Its local date, in the zone of the process: the day on which it counts for delivery times.';
COMMENT ON COLUMN bi.fct_delivery.accepted_at IS 'When it was accepted; null where it was returned or delivered again since.';
COMMENT ON COLUMN bi.fct_delivery.returned_at IS 'The last return.';
COMMENT ON COLUMN bi.fct_delivery.cancelled_at IS 'When it was cancelled.';
COMMENT ON COLUMN bi.fct_delivery.returnable_until IS 'The end of the return window, on the calendar of the customer; null where none was agreed or nothing is delivered.';
COMMENT ON COLUMN bi.fct_delivery.status IS 'met or breached: delivered, in time or late; open: still to be delivered, late or not (see is_breached); cancelled; unasked: delivered and never asked for.';
COMMENT ON COLUMN bi.fct_delivery.is_open IS 'Still to be delivered, or delivered again.';
COMMENT ON COLUMN bi.fct_delivery.is_paused IS 'Open, and a pause lasts: nothing is due meanwhile.';
COMMENT ON COLUMN bi.fct_delivery.supplier_clock_seconds IS 'Supplier''s clock: working time on the calendar of the supplier from the request to the delivery, without pauses and without the time between a delivery and its return; until bi.as_of() while it is open. Null where it is unasked.';
COMMENT ON COLUMN bi.fct_delivery.customer_clock_seconds IS 'Customer''s clock: elapsed time from the request to the delivery or cancellation, never paused; until bi.as_of() while it is open. Null where it is unasked.';
COMMENT ON COLUMN bi.fct_delivery.returns IS 'How often it was returned.';
COMMENT ON COLUMN bi.fct_delivery.late_returns IS 'Returns among them that came when it counted as right: after its acceptance, or after the return window.';
COMMENT ON COLUMN bi.fct_delivery.pauses IS 'How often it was paused before it was due.';
COMMENT ON COLUMN bi.fct_delivery.is_breached IS 'Delivered after it was due, or still open or cancelled after it; null while that is not known.';
COMMENT ON COLUMN bi.fct_delivery.late_seconds IS 'How late it was delivered or cancelled, or is while it is open: elapsed seconds after due_at; null where it is not late.';
COMMENT ON COLUMN bi.fct_delivery.is_first_time_right IS 'True when it was accepted, or the return window passed, without a return; false from its first return on; null while that is not known.';
COMMENT ON COLUMN bi.fct_delivery.outcome IS 'What came of it. Where its agreement says what a refusal is: approved or rejected, as the last delivery says, and null while it is open. Elsewhere what became of advice, as its acceptance says: followed or not-followed; null where it does not.';
COMMENT ON COLUMN bi.fct_delivery.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_delivery.requested_by IS 'Party that asked for it: the customer, or a part of it, or one that asks for it; null where the request has none, and of what is unasked.';
COMMENT ON COLUMN bi.fct_delivery.change_id IS 'Grows with every change; see bi.safe_change_id(). Time alone moves is_breached, is_first_time_right and the clocks of what is open, and gives them none.';
COMMENT ON COLUMN bi.fct_delivery.updated_at IS 'When this row was last written.';

CREATE VIEW bi.removed AS
SELECT r.kind,
       CASE r.kind WHEN 'handover' THEN r.event_key || '/' || p.name || '/' || o.object_id END AS handover_id,
       CASE r.kind WHEN 'pending' THEN r.event_key || '/' || p.name || '/' || o.object_id END AS pending_id,
       CASE r.kind WHEN 'delivery' THEN r.event_key || '/' || a.name || '/' || o.object_id END AS delivery_id,
       CASE r.kind WHEN 'repeat' THEN r.event_key || '/' || p.name || '/' || o.object_id END AS repeat_id,
       CASE r.kind WHEN 'deviation' THEN r.event_key || '/' || u.name || '/' || p.name || '/' || o.object_id END AS deviation_id,
       p.name AS process,
       o.object_id AS case_key,
       r.change_id,
       r.removed_at
FROM mining.removed r
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = r.process
LEFT JOIN mining.term a ON a.code = r.agreement
LEFT JOIN mining.term u ON u.code = r.rule;
COMMENT ON VIEW bi.removed IS 'Facts that were taken away again, by a late event, a correction, or another catalogue. One that came back has a later change_id in its own view.';
COMMENT ON COLUMN bi.removed.kind IS 'case, handover, pending, delivery, repeat or deviation.';
COMMENT ON COLUMN bi.removed.handover_id IS 'Key in fct_handover; null for other kinds.';
COMMENT ON COLUMN bi.removed.pending_id IS 'Key in fct_pending; null for other kinds.';
COMMENT ON COLUMN bi.removed.delivery_id IS 'Key in fct_delivery; null for other kinds.';
COMMENT ON COLUMN bi.removed.repeat_id IS 'Key in fct_repeat; null for other kinds.';
COMMENT ON COLUMN bi.removed.deviation_id IS 'Key in fct_deviation; null for other kinds.';
COMMENT ON COLUMN bi.removed.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.removed.case_key IS 'Case; with process the key in fct_case.';
COMMENT ON COLUMN bi.removed.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.removed.removed_at IS 'When it was taken away.';

-- Cases as they stood: what was completed later is cut off their traces.

CREATE FUNCTION mining.done_by(trace bytea, at timestamptz) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
    RETURN substr(trace, 1, 16 * (
        SELECT count(*)::int4 FROM generate_series(9, length(trace), 16) AS place
        WHERE timestamptz 'epoch' + reverse(substr(trace, place, 8))::int8 * interval '1 microsecond' <= at
    ));
COMMENT ON FUNCTION mining.done_by IS 'The steps of a trace that were completed by then: its first, since it is in order of completion.';

CREATE FUNCTION mining.activities_of(trace bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT string_agg(substr(trace, place, 4), ''::bytea ORDER BY place)
        FROM generate_series(1, length(trace), 16) AS place
    );
COMMENT ON FUNCTION mining.activities_of IS 'The way of a trace without its times: equal where two cases went the same way.';

CREATE VIEW mining.case_as_of AS
SELECT object_key, process, started_at, ended_at, variant, trace, parties
FROM mining."case"
WHERE ended_at <= bi.as_of()
UNION ALL
SELECT c.object_key, c.process, c.started_at, done.ended_at,
       COALESCE(w.variant, hashtextextended(encode(done.way, 'hex'), 0)), done.trace, NULL
FROM mining."case" c
CROSS JOIN LATERAL (
    SELECT cut.trace, mining.activities_of(cut.trace) AS way,
           timestamptz 'epoch' + reverse(substr(cut.trace, length(cut.trace) - 7))::int8 * interval '1 microsecond' AS ended_at
    FROM (SELECT mining.done_by(c.trace, bi.as_of()) AS trace OFFSET 0) cut
    WHERE length(cut.trace) > 0
    OFFSET 0
) done
LEFT JOIN (
    SELECT process, variant, mining.activities_of(any_value(trace)) AS way
    FROM mining."case" WHERE length(trace) > 0 GROUP BY process, variant
) w ON w.process = c.process AND w.way = done.way
WHERE c.started_at <= bi.as_of() AND c.ended_at > bi.as_of();
COMMENT ON VIEW mining.case_as_of IS 'Cases in which something was completed by bi.as_of(), as they stood then: each with what was done in it, and with the key of that way where any case went it to its end. How many parties a case had that went on is not known.';

-- What a handover was promised by, and whether that was kept: what is agreed with a party holds for its
-- parts. Its delivery is looked up by case, so that no plan has to know how many there are.

CREATE VIEW mining.party_within AS
WITH RECURSIVE climb AS (
    SELECT code AS party, code AS whole FROM mining.party
    UNION
    SELECT c.party, p.parent FROM climb c JOIN mining.party p ON p.code = c.whole WHERE p.parent IS NOT NULL
)
SELECT party, array_agg(whole) AS wholes FROM climb GROUP BY party;
COMMENT ON VIEW mining.party_within IS 'Each party of the catalogue, with all that it is or is a part of.';

CREATE VIEW mining.promised_handover AS
SELECT h.*, p.agreement, p.opened_event, p.requested_at, p.is_breached
FROM mining.handover h
LEFT JOIN mining.party_within s ON s.party = h.supplier
LEFT JOIN mining.party_within c ON c.party = h.customer
LEFT JOIN LATERAL (
    SELECT d.agreement, d.opened_event, d.requested_at,
           CASE WHEN d.standing IN (2, 3) THEN d.delivered_at > d.due_at
                WHEN LEAST(d.cancelled_at, bi.as_of()) > d.due_at THEN true END AS is_breached
    FROM mining.delivery_as_of d
    JOIN mining.term a ON a.code = d.agreement
    WHERE d.object_key = h.object_key AND d.process = h.process AND d.requested_at <= h.delivered_at
      AND (d.supplier = ANY (s.wholes) AND d.customer = ANY (c.wholes)
           OR d.supplier = ANY (c.wholes) AND d.customer = ANY (s.wholes)
              AND (h.from_event = d.opened_event OR h.delivered_at = d.returned_at))
    ORDER BY h.delivered_at IN (d.delivered_at, d.first_delivered_at) DESC, d.requested_at DESC,
             is_breached DESC NULLS LAST, a.name, d.opened_event
    LIMIT 1
) p ON true;
COMMENT ON VIEW mining.promised_handover IS 'Handovers, and where an agreement speaks of one the delivery that it asks for, sends back or hands over: from a supplier to its customer else the one asked for last. Of several the one that was not kept.';

-- The chain of a case: its handovers as links, each with what came after it. An end customer is
-- served when something is handed to it, so that link is in its place by its delivery; what other
-- parties are handed is theirs from their pick-up on.

CREATE VIEW mining.link AS
SELECT object_key, process, to_event, supplier, customer, to_end, delivered_at, picked_up_at, wait_us,
       wait_working_us, case_wait_us, case_wait_working_us, is_first, agreement, opened_event,
       requested_at, is_breached, served_at,
       COALESCE(served_at, last_at) AS end_at, later_us - case_wait_us AS behind_us,
       (links - later + 1)::int4 AS place
FROM (
    SELECT moment.*,
           min(at) FILTER (WHERE to_end) OVER later AS served_at,
           sum(case_wait_us) OVER later AS later_us,
           count(to_event) OVER later AS later,
           max(picked_up_at) OVER whole AS last_at,
           count(to_event) OVER whole AS links
    FROM (
        SELECT h.object_key, h.process, h.to_event, h.supplier, h.customer,
               e.code IS NOT NULL AS to_end, h.delivered_at, h.picked_up_at, h.wait_us,
               h.wait_working_us, h.case_wait_us, h.case_wait_working_us,
               h.previous_on = '-infinity' AS is_first,
               h.agreement, h.opened_event, h.requested_at, h.is_breached,
               CASE WHEN e.code IS NULL THEN h.picked_up_at ELSE h.delivered_at END AS at
        FROM mining.promised_handover h
        LEFT JOIN mining.party e ON e.code = h.customer AND e.is_end_customer
        WHERE h.picked_up_at <= bi.as_of()
        UNION ALL
        SELECT w.object_key, w.process, NULL, NULL, NULL, true, NULL, NULL, NULL, NULL, NULL, NULL,
               NULL, NULL, NULL, NULL, NULL, w.delivered_at
        FROM mining.pending w
        JOIN mining.party e ON e.code = w.customer AND e.is_end_customer
        WHERE w.delivered_at <= bi.as_of()
    ) moment
    WINDOW whole AS (PARTITION BY process, object_key),
           later AS (PARTITION BY process, object_key
                     ORDER BY at DESC, picked_up_at DESC NULLS FIRST, to_event DESC
                     ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
) placed
WHERE to_event IS NOT NULL;
COMMENT ON VIEW mining.link IS 'Every handover in the chain of its case, with what came after it.';

CREATE VIEW bi.fct_link AS
SELECT l.to_event || '/' || p.name || '/' || o.object_id AS handover_id,
       p.name AS process,
       o.object_id AS case_key,
       l.place,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN l.to_end THEN 'end' ELSE 'internal' END AS customer_role,
       l.delivered_at,
       l.picked_up_at,
       l.wait_us / 1e6 AS wait_seconds,
       l.wait_working_us / 1e6 AS wait_working_seconds,
       l.case_wait_us / 1e6 AS case_wait_seconds,
       l.case_wait_working_us / 1e6 AS case_wait_working_seconds,
       l.behind_us / 1e6 AS behind_seconds,
       l.served_at,
       l.end_at,
       EXTRACT(epoch FROM l.end_at - l.delivered_at) AS until_end_seconds,
       l.served_at IS NOT NULL AS reaches_end_customer,
       a.name AS agreement,
       l.opened_event || '/' || a.name || '/' || o.object_id AS delivery_id,
       l.is_breached
FROM mining.link l
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = l.process
JOIN mining.term s ON s.code = l.supplier
JOIN mining.term c ON c.code = l.customer
LEFT JOIN mining.term a ON a.code = l.agreement;
COMMENT ON VIEW bi.fct_link IS 'One link in the chain of a case: a handover, with what came after it as of bi.as_of().';
COMMENT ON COLUMN bi.fct_link.handover_id IS 'Key; the same as in fct_handover.';
COMMENT ON COLUMN bi.fct_link.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_link.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_link.place IS 'Its place among the links of the case; the first is 1.';
COMMENT ON COLUMN bi.fct_link.supplier IS 'Party that delivered; key of dim_party.';
COMMENT ON COLUMN bi.fct_link.customer IS 'Party that picked up; key of dim_party.';
COMMENT ON COLUMN bi.fct_link.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_link.delivered_at IS 'When it was handed over.';
COMMENT ON COLUMN bi.fct_link.picked_up_at IS 'When it was picked up.';
COMMENT ON COLUMN bi.fct_link.wait_seconds IS 'Elapsed seconds from delivery to pick-up.';
COMMENT ON COLUMN bi.fct_link.wait_working_seconds IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.fct_link.case_wait_seconds IS 'Of wait_seconds, those in which the case waited here and at no other link.';
COMMENT ON COLUMN bi.fct_link.case_wait_working_seconds IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.fct_link.behind_seconds IS 'case_wait_seconds of the links behind it in the case, added up.';
COMMENT ON COLUMN bi.fct_link.served_at IS 'When an end customer was handed something next, this very link included; null where none was since.';
COMMENT ON COLUMN bi.fct_link.end_at IS 'The end of its chain: served_at, or else the last pick-up in the case.';
COMMENT ON COLUMN bi.fct_link.until_end_seconds IS 'Elapsed seconds from its delivery to the end of its chain: as long those behind it wait in all.';
COMMENT ON COLUMN bi.fct_link.reaches_end_customer IS 'Whether its chain ends at an end customer, in this case.';
COMMENT ON COLUMN bi.fct_link.agreement IS 'Agreement on what it asks for, sends back or hands over; null where none speaks of it.';
COMMENT ON COLUMN bi.fct_link.delivery_id IS 'The delivery under it; key of fct_delivery.';
COMMENT ON COLUMN bi.fct_link.is_breached IS 'Whether that came too late, as fct_delivery has it: what late means for this link. Null without an agreement, and while it cannot be known.';

CREATE VIEW bi.agg_handover_daily AS
WITH rolled AS (
    SELECT process, day, supplier, customer, pickup_basis,
           sum(n)::int8 AS n, sum(wait_us) AS wait_us, sum(wait_working_us) AS wait_working_us
    FROM mining.handover_day
    GROUP BY process, day, supplier, customer, pickup_basis
    HAVING sum(n) <> 0
), spread AS (
    SELECT process, picked_up_on AS day, supplier, customer, pickup_basis,
           count(DISTINCT object_key) AS cases,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY wait_us) AS elapsed,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY wait_working_us) AS working
    FROM mining.measured_handover
    GROUP BY process, picked_up_on, supplier, customer, pickup_basis
)
SELECT p.name AS process,
       r.day,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       CASE r.pickup_basis WHEN 1 THEN 'start' ELSE 'completion' END AS pickup_basis,
       r.n AS handovers,
       x.cases,
       r.wait_us / 1e6 AS wait_seconds_sum,
       r.wait_us / r.n / 1e6 AS wait_seconds_mean,
       x.elapsed[1] / 1e6 AS wait_seconds_p50,
       x.elapsed[2] / 1e6 AS wait_seconds_p90,
       x.elapsed[3] / 1e6 AS wait_seconds_p95,
       r.wait_working_us / 1e6 AS wait_working_seconds_sum,
       r.wait_working_us / r.n / 1e6 AS wait_working_seconds_mean,
       x.working[1] / 1e6 AS wait_working_seconds_p50,
       x.working[2] / 1e6 AS wait_working_seconds_p90,
       x.working[3] / 1e6 AS wait_working_seconds_p95
FROM rolled r
JOIN spread x USING (process, day, supplier, customer, pickup_basis)
JOIN mining.term p ON p.code = r.process
JOIN mining.term s ON s.code = r.supplier
JOIN mining.term c ON c.code = r.customer
LEFT JOIN mining.party e ON e.code = r.customer;
COMMENT ON VIEW bi.agg_handover_daily IS 'Handovers by process, local day of pick-up, supplier, customer and basis. For analysts: small groups are not hidden. All that is known now, whatever bi.as_of() says.';
COMMENT ON COLUMN bi.agg_handover_daily.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_handover_daily.day IS 'Local date of the pick-up; key of dim_date.';
COMMENT ON COLUMN bi.agg_handover_daily.supplier IS 'Party that delivered.';
COMMENT ON COLUMN bi.agg_handover_daily.customer IS 'Party that picked up.';
COMMENT ON COLUMN bi.agg_handover_daily.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.agg_handover_daily.pickup_basis IS 'start: a start is known; completion: it is not, so the wait includes the work.';
COMMENT ON COLUMN bi.agg_handover_daily.handovers IS 'Number of handovers.';
COMMENT ON COLUMN bi.agg_handover_daily.cases IS 'Number of distinct cases.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_seconds_sum IS 'Elapsed waiting, in seconds, added up.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_seconds_mean IS 'Mean elapsed waiting.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_seconds_p50 IS 'Median elapsed waiting, exact, interpolated.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_seconds_p90 IS '90th percentile of elapsed waiting, exact, interpolated.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_seconds_p95 IS '95th percentile of elapsed waiting, exact, interpolated.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_working_seconds_sum IS 'Waiting on the calendar of the customer, in seconds, added up.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_working_seconds_mean IS 'Mean waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_working_seconds_p50 IS 'Median waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_working_seconds_p90 IS '90th percentile of waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_daily.wait_working_seconds_p95 IS '95th percentile of waiting on the calendar of the customer.';

CREATE VIEW mining.standing_delivery AS
SELECT object_key, process, agreement, deliverable, supplier, customer, standing,
       isfinite(requested_at) AS is_asked, due_on, delivered_on, returns, outcome, supplier_us,
       (EXTRACT(epoch FROM NULLIF(delivered_at, 'infinity') - NULLIF(requested_at, 'infinity')) * 1000000)::int8 AS customer_us,
       standing IN (2, 3) AS is_delivered,
       isfinite(requested_at) AND due_at <= bi.as_of()
           AND NOT (standing = 4 AND cancelled_at <= due_at) AS is_due,
       standing IN (2, 3) AND delivered_at <= due_at AS is_met,
       CASE WHEN right_first > 0 THEN right_first = 1 WHEN bi.as_of() > returnable_at THEN true END AS is_right
FROM mining.delivery_as_of;
COMMENT ON VIEW mining.standing_delivery IS 'Deliveries as they stood as of bi.as_of(), with what figures are made of. Their supplier_us is whole where they are delivered.';

CREATE VIEW mining.measured_delivery AS
SELECT * FROM mining.standing_delivery
UNION ALL
SELECT case_number, process, agreement, deliverable, supplier, customer, standing, is_asked, due_on,
       delivered_on, returns, outcome, supplier_us, customer_us,
       is_delivered AND delivered_on <= bi.as_of()::date, is_due AND due_on <= bi.as_of()::date, is_met, is_right
FROM mining.sealed_delivery;
COMMENT ON VIEW mining.measured_delivery IS 'Every delivery that figures are made of as of bi.as_of(), those of retired cases among them: of these only days are known, and object_key is a number that leads nowhere.';

CREATE VIEW bi.agg_delivery_daily AS
WITH due AS (
    SELECT process, agreement, deliverable, supplier, customer, due_on AS day,
           count(*) AS due,
           count(*) FILTER (WHERE is_met) AS met,
           count(*) FILTER (WHERE standing = 1) AS overdue,
           count(DISTINCT object_key) AS due_cases
    FROM mining.measured_delivery WHERE is_due
    GROUP BY process, agreement, deliverable, supplier, customer, due_on
), done AS (
    SELECT process, agreement, deliverable, supplier, customer, delivered_on AS day,
           count(*) AS delivered,
           count(*) FILTER (WHERE NOT is_asked) AS unasked,
           count(DISTINCT object_key) AS delivered_cases,
           count(*) FILTER (WHERE is_right) AS first_time_right,
           count(*) FILTER (WHERE NOT is_right) AS first_time_wrong,
           count(*) FILTER (WHERE returns > 0) AS returned,
           sum(returns) AS returns,
           sum(supplier_us) FILTER (WHERE is_asked) AS supplier_us,
           sum(customer_us) AS customer_us,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY supplier_us)
               FILTER (WHERE is_asked) AS on_supplier,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY customer_us) AS on_customer,
           count(*) FILTER (WHERE outcome = 1) AS followed,
           count(*) FILTER (WHERE outcome = 2) AS not_followed,
           count(*) FILTER (WHERE outcome = 3) AS approved,
           count(*) FILTER (WHERE outcome = 4) AS rejected
    FROM mining.measured_delivery WHERE is_delivered
    GROUP BY process, agreement, deliverable, supplier, customer, delivered_on
)
SELECT p.name AS process,
       day,
       a.name AS agreement,
       t.name AS deliverable,
       v.staff_role,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       COALESCE(u.due, 0) AS due,
       COALESCE(u.met, 0) AS met,
       u.met / u.due::numeric AS share_met,
       COALESCE(u.overdue, 0) AS overdue,
       COALESCE(u.due_cases, 0) AS due_cases,
       COALESCE(x.delivered, 0) AS delivered,
       COALESCE(x.unasked, 0) AS unasked,
       COALESCE(x.delivered_cases, 0) AS delivered_cases,
       COALESCE(x.first_time_right, 0) AS first_time_right,
       COALESCE(x.first_time_wrong, 0) AS first_time_wrong,
       x.first_time_right / NULLIF(x.first_time_right + x.first_time_wrong, 0)::numeric AS share_first_time_right,
       COALESCE(x.returned, 0) AS returned,
       COALESCE(x.returns, 0)::int8 AS returns,
       COALESCE(x.supplier_us, 0) / 1e6 AS supplier_clock_seconds_sum,
       x.on_supplier[1] / 1e6 AS supplier_clock_seconds_p50,
       x.on_supplier[2] / 1e6 AS supplier_clock_seconds_p90,
       x.on_supplier[3] / 1e6 AS supplier_clock_seconds_p95,
       COALESCE(x.customer_us, 0) / 1e6 AS customer_clock_seconds_sum,
       x.on_customer[1] / 1e6 AS customer_clock_seconds_p50,
       x.on_customer[2] / 1e6 AS customer_clock_seconds_p90,
       x.on_customer[3] / 1e6 AS customer_clock_seconds_p95,
       COALESCE(x.followed, 0) AS followed,
       COALESCE(x.not_followed, 0) AS not_followed,
       x.followed / NULLIF(x.followed + x.not_followed, 0)::numeric AS share_followed,
       COALESCE(x.approved, 0) AS approved,
       COALESCE(x.rejected, 0) AS rejected,
       x.rejected / NULLIF(x.approved + x.rejected, 0)::numeric AS share_rejected
FROM due u
FULL JOIN done x USING (process, agreement, deliverable, supplier, customer, day)
JOIN mining.term p ON p.code = process
JOIN mining.term a ON a.code = agreement
JOIN mining.term t ON t.code = deliverable
JOIN mining.term s ON s.code = supplier
JOIN mining.term c ON c.code = customer
LEFT JOIN mining.deliverable v ON v.code = deliverable
LEFT JOIN mining.party e ON e.code = customer;
COMMENT ON VIEW bi.agg_delivery_daily IS 'Deliveries by process, local day and agreement, as they stood as of bi.as_of(): reliability by the day on which they were due, all else by the day of the delivery. For analysts: small groups are not hidden.';
COMMENT ON COLUMN bi.agg_delivery_daily.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_delivery_daily.day IS 'Local date; key of dim_date.';
COMMENT ON COLUMN bi.agg_delivery_daily.agreement IS 'Agreement; key of dim_agreement.';
COMMENT ON COLUMN bi.agg_delivery_daily.deliverable IS 'What is delivered; key of dim_deliverable.';
COMMENT ON COLUMN bi.agg_delivery_daily.staff_role IS 'What the supplier is in it: it says which of the measures matters.';
COMMENT ON COLUMN bi.agg_delivery_daily.supplier IS 'Party that promised it.';
COMMENT ON COLUMN bi.agg_delivery_daily.customer IS 'Party to which it was promised.';
COMMENT ON COLUMN bi.agg_delivery_daily.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.agg_delivery_daily.due IS 'Deliveries that were due in the period, open ones among them; those that were cancelled before they were due are left out, and what is not due yet.';
COMMENT ON COLUMN bi.agg_delivery_daily.met IS 'Those of them that were delivered in time; of what was delivered again, the last delivery.';
COMMENT ON COLUMN bi.agg_delivery_daily.share_met IS 'Delivery reliability: met of due; null where nothing was due.';
COMMENT ON COLUMN bi.agg_delivery_daily.overdue IS 'Those of them that are still open.';
COMMENT ON COLUMN bi.agg_delivery_daily.due_cases IS 'Distinct cases with a delivery that was due in the period.';
COMMENT ON COLUMN bi.agg_delivery_daily.delivered IS 'Deliveries in the period: the throughput, which is the measure of an executing role.';
COMMENT ON COLUMN bi.agg_delivery_daily.unasked IS 'Those of them that nobody asked for.';
COMMENT ON COLUMN bi.agg_delivery_daily.delivered_cases IS 'Distinct cases with a delivery in the period.';
COMMENT ON COLUMN bi.agg_delivery_daily.first_time_right IS 'Those of delivered that were accepted, or not returned within the window, without a return before.';
COMMENT ON COLUMN bi.agg_delivery_daily.first_time_wrong IS 'Those of delivered that were returned first. Of the others it is not known yet.';
COMMENT ON COLUMN bi.agg_delivery_daily.share_first_time_right IS 'first_time_right of those of which it is known; null where it is of none.';
COMMENT ON COLUMN bi.agg_delivery_daily.returned IS 'Those of delivered that were returned at least once.';
COMMENT ON COLUMN bi.agg_delivery_daily.returns IS 'How often, in all.';
COMMENT ON COLUMN bi.agg_delivery_daily.supplier_clock_seconds_sum IS 'Supplier''s clock of what was asked for, added up: delivery time for a supporting role, checking time for a regulating one.';
COMMENT ON COLUMN bi.agg_delivery_daily.supplier_clock_seconds_p50 IS 'Median, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_daily.supplier_clock_seconds_p90 IS '90th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_daily.supplier_clock_seconds_p95 IS '95th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_daily.customer_clock_seconds_sum IS 'Customer''s clock of what was asked for, added up: elapsed time, never paused.';
COMMENT ON COLUMN bi.agg_delivery_daily.customer_clock_seconds_p50 IS 'Median, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_daily.customer_clock_seconds_p90 IS '90th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_daily.customer_clock_seconds_p95 IS '95th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_daily.followed IS 'Advice that was followed, as its acceptance says.';
COMMENT ON COLUMN bi.agg_delivery_daily.not_followed IS 'Advice that was not.';
COMMENT ON COLUMN bi.agg_delivery_daily.share_followed IS 'Followed of those of which it is known: the measure of an advising role; null where it is of none.';
COMMENT ON COLUMN bi.agg_delivery_daily.approved IS 'Those of delivered that granted what was asked for, under agreements that say what a refusal is.';
COMMENT ON COLUMN bi.agg_delivery_daily.rejected IS 'Those of delivered that refused it: the rejections, a measure of a regulating role.';
COMMENT ON COLUMN bi.agg_delivery_daily.share_rejected IS 'Rejected of approved and rejected; null where no agreement says what a refusal is.';

-- For readers: months, parties large enough to name, cells of enough cases.

CREATE FUNCTION bi.small_group() RETURNS int4 LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    RETURN COALESCE((SELECT small_group FROM mining.catalogue WHERE is_active), 5);
COMMENT ON FUNCTION bi.small_group IS 'Cells with fewer distinct cases are hidden from readers, and parties with fewer members report as their parent.';

CREATE VIEW mining.reported_party AS
WITH RECURSIVE climb AS (
    SELECT p.code, p.code AS reported, p.members, p.parent FROM mining.party p
    UNION ALL
    SELECT c.code, p.code, p.members, p.parent
    FROM climb c JOIN mining.party p ON p.code = c.parent
    WHERE c.members < bi.small_group()
)
SELECT DISTINCT ON (code) code, reported FROM climb
WHERE members IS NULL OR members >= bi.small_group()
ORDER BY code;
COMMENT ON VIEW mining.reported_party IS 'The party under which a party reports to readers: itself, or the nearest parent with enough declared members; no row where there is none.';

-- What readers get of a month is kept when nothing was written to it since: percentiles of all of it
-- are exact, and take long to find.

CREATE VIEW mining.reporting AS
SELECT md5(COALESCE(string_agg(code || '>' || reported, ',' ORDER BY code), '')) AS digest
FROM mining.reported_party;
COMMENT ON VIEW mining.reporting IS 'Who reports as whom, as a hash: another catalogue may make other cells of the same handovers.';

CREATE VIEW mining.month_of_handovers AS
SELECT process, month, sum(version)::int8 AS version
FROM mining.month_version WHERE kind = 'handover' GROUP BY process, month;
COMMENT ON VIEW mining.month_of_handovers IS 'Months in which work was picked up, with the version of each.';

CREATE VIEW mining.month_report AS
SELECT m.process, m.month, cell.*
FROM mining.month_of_handovers m
CROSS JOIN LATERAL (
    SELECT s.code AS supplier,
           c.code AS customer,
           s.name AS supplier_name, -- so that a choice by name is made before anything is sorted
           c.name AS customer_name,
           h.pickup_basis,
           count(*) AS n,
           count(DISTINCT h.object_key) AS cases,
           sum(h.wait_us) AS wait_us,
           sum(h.wait_working_us) AS wait_working_us,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY h.wait_us) AS elapsed,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY h.wait_working_us) AS working
    FROM mining.measured_handover h
    JOIN mining.reported_party rs ON rs.code = h.supplier
    JOIN mining.reported_party rc ON rc.code = h.customer
    JOIN mining.term s ON s.code = rs.reported
    JOIN mining.term c ON c.code = rc.reported
    WHERE h.process = m.process
      AND h.picked_up_on >= m.month AND h.picked_up_on < (m.month + interval '1 month')::date
      AND rs.reported <> rc.reported
    GROUP BY s.code, c.code, h.pickup_basis -- numbers are sorted in half the time of names
) cell;
COMMENT ON VIEW mining.month_report IS 'The cells of each month, from the handovers, small groups as well.';

CREATE VIEW mining.reported AS
SELECT r.process, r.month
FROM mining.reported_month r
JOIN mining.month_of_handovers m USING (process, month, version)
WHERE r.reporting = (SELECT digest FROM mining.reporting);
COMMENT ON VIEW mining.reported IS 'Months whose cells are kept and hold.';

CREATE VIEW bi.agg_handover_monthly WITH (security_barrier) AS
WITH cell AS (
    SELECT k.process, k.month, s.name AS supplier, c.name AS customer, k.customer AS customer_code,
           k.pickup_basis, k.n, k.cases, k.wait_us, k.wait_working_us, k.elapsed, k.working
    FROM mining.reported_cell k
    JOIN mining.reported USING (process, month)
    JOIN mining.term s ON s.code = k.supplier
    JOIN mining.term c ON c.code = k.customer
    UNION ALL
    SELECT process, month, supplier_name, customer_name, customer, pickup_basis, n, cases, wait_us,
           wait_working_us, elapsed, working
    FROM mining.month_report f
    WHERE NOT EXISTS (
        SELECT FROM mining.reported r WHERE (r.process, r.month) = (f.process, f.month)
    )
)
SELECT p.name AS process,
       x.month,
       x.supplier,
       x.customer,
       CASE WHEN x.customer_code = ANY (ARRAY(SELECT code FROM mining.party WHERE is_end_customer))
            THEN 'end' ELSE 'internal' END AS customer_role,
       CASE x.pickup_basis WHEN 1 THEN 'start' ELSE 'completion' END AS pickup_basis,
       x.n AS handovers,
       x.cases,
       x.wait_us / 1e6 AS wait_seconds_sum,
       x.wait_us / x.n / 1e6 AS wait_seconds_mean,
       x.elapsed[1] / 1e6 AS wait_seconds_p50,
       x.elapsed[2] / 1e6 AS wait_seconds_p90,
       x.elapsed[3] / 1e6 AS wait_seconds_p95,
       x.wait_working_us / 1e6 AS wait_working_seconds_sum,
       x.wait_working_us / x.n / 1e6 AS wait_working_seconds_mean,
       x.working[1] / 1e6 AS wait_working_seconds_p50,
       x.working[2] / 1e6 AS wait_working_seconds_p90,
       x.working[3] / 1e6 AS wait_working_seconds_p95,
       'exact' AS percentile_basis
FROM cell x
JOIN mining.term p ON p.code = x.process
WHERE x.cases >= bi.small_group();
COMMENT ON VIEW bi.agg_handover_monthly IS 'Handovers by process, month of pick-up, supplier, customer and basis, for readers: cells of too few cases are hidden, small and undeclared parties are not named, and a total is the sum of the cells shown. All that is known now, whatever bi.as_of() says: cells of two moments would differ by single cases.';
COMMENT ON COLUMN bi.agg_handover_monthly.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_handover_monthly.month IS 'First day of the month of the pick-up, local.';
COMMENT ON COLUMN bi.agg_handover_monthly.supplier IS 'Party that delivered, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_handover_monthly.customer IS 'Party that picked up, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_handover_monthly.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.agg_handover_monthly.pickup_basis IS 'start: a start is known; completion: it is not, so the wait includes the work.';
COMMENT ON COLUMN bi.agg_handover_monthly.handovers IS 'Number of handovers.';
COMMENT ON COLUMN bi.agg_handover_monthly.cases IS 'Number of distinct cases, never below bi.small_group().';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_seconds_sum IS 'Elapsed waiting, in seconds, added up.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_seconds_mean IS 'Mean elapsed waiting.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_seconds_p50 IS 'Median elapsed waiting, exact, interpolated.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_seconds_p90 IS '90th percentile of elapsed waiting, exact, interpolated.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_seconds_p95 IS '95th percentile of elapsed waiting, exact, interpolated.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_working_seconds_sum IS 'Waiting on the calendar of the customer, in seconds, added up.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_working_seconds_mean IS 'Mean waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_working_seconds_p50 IS 'Median waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_working_seconds_p90 IS '90th percentile of waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_monthly.wait_working_seconds_p95 IS '95th percentile of waiting on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_handover_monthly.percentile_basis IS 'exact: percentiles are of the handovers themselves.';

CREATE VIEW bi.agg_link_monthly WITH (security_barrier) AS
WITH chain AS (
    SELECT c.object_key, c.process,
           date_trunc('month', c.started_at AT TIME ZONE d.time_zone)::date AS month,
           (EXTRACT(epoch FROM c.ended_at - c.started_at) * 1000000)::int8 AS cycle_us
    FROM mining."case" c
    JOIN mining.process d ON d.code = c.process
    WHERE CASE WHEN d.has_end THEN c.closed_at ELSE c.ended_at END <= now()
), passed AS (
    SELECT h.object_key, h.process, chain.month, rs.reported AS supplier, rc.reported AS customer,
           chain.cycle_us, count(*) AS n, sum(h.case_wait_us) AS wait_us,
           sum(h.case_wait_working_us) AS wait_working_us,
           count(*) FILTER (WHERE last.at >= CASE WHEN e.is_end_customer THEN h.delivered_at ELSE h.picked_up_at END) AS reaching,
           count(h.is_breached) AS judged, count(*) FILTER (WHERE h.is_breached) AS breached
    FROM chain
    JOIN mining.promised_handover h USING (object_key, process)
    JOIN mining.reported_party rs ON rs.code = h.supplier
    JOIN mining.reported_party rc ON rc.code = h.customer
    LEFT JOIN mining.party e ON e.code = h.customer
    LEFT JOIN (
        SELECT object_key, process, max(at) AS at FROM mining.served GROUP BY object_key, process
    ) last USING (object_key, process)
    WHERE rs.reported <> rc.reported
    GROUP BY h.object_key, h.process, chain.month, rs.reported, rc.reported, chain.cycle_us
)
SELECT p.name AS process,
       x.month,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       sum(x.n)::int8 AS handovers,
       count(*) AS cases,
       sum(x.wait_us) / 1e6 AS case_wait_seconds_sum,
       sum(x.wait_working_us) / 1e6 AS case_wait_working_seconds_sum,
       sum(x.cycle_us) / 1e6 AS cycle_seconds_sum,
       sum(x.wait_us) / NULLIF(sum(x.cycle_us), 0) AS share_of_cycle,
       sum(x.reaching)::int8 AS reaching_end_customer,
       sum(x.judged)::int8 AS judged,
       sum(x.breached)::int8 AS breached
FROM passed x
JOIN mining.term p ON p.code = x.process
JOIN mining.term s ON s.code = x.supplier
JOIN mining.term c ON c.code = x.customer
LEFT JOIN mining.party e ON e.code = x.customer
GROUP BY p.name, x.month, s.name, c.name, e.is_end_customer
HAVING count(*) >= bi.small_group();
COMMENT ON VIEW bi.agg_link_monthly IS 'Links of the chains of closed cases, by process, month in which the case started, supplier and customer, for readers: cells of too few cases are hidden, and small and undeclared parties are not named. Retired cases leave it. All that is known now, whatever bi.as_of() says.';
COMMENT ON COLUMN bi.agg_link_monthly.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_link_monthly.month IS 'First day of the month in which the case started, local.';
COMMENT ON COLUMN bi.agg_link_monthly.supplier IS 'Party that delivered, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_link_monthly.customer IS 'Party that picked up, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_link_monthly.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.agg_link_monthly.handovers IS 'Number of handovers.';
COMMENT ON COLUMN bi.agg_link_monthly.cases IS 'Number of distinct cases with such a handover, never below bi.small_group().';
COMMENT ON COLUMN bi.agg_link_monthly.case_wait_seconds_sum IS 'What these cases waited here, and at no other link, in seconds.';
COMMENT ON COLUMN bi.agg_link_monthly.case_wait_working_seconds_sum IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.agg_link_monthly.cycle_seconds_sum IS 'Cycle time of these cases, in seconds. Of these alone, so that nothing hidden can be had by subtracting.';
COMMENT ON COLUMN bi.agg_link_monthly.share_of_cycle IS 'case_wait_seconds_sum of cycle_seconds_sum.';
COMMENT ON COLUMN bi.agg_link_monthly.reaching_end_customer IS 'Those of handovers whose chain ends at an end customer in their case.';
COMMENT ON COLUMN bi.agg_link_monthly.judged IS 'Those of handovers under an agreement of which it is known whether it was kept.';
COMMENT ON COLUMN bi.agg_link_monthly.breached IS 'Those of judged under which the delivery came too late: late by agreement.';

CREATE VIEW bi.agg_delivery_monthly WITH (security_barrier) AS
WITH reported AS (
    SELECT d.*, rs.reported AS by_party, rc.reported AS for_party
    FROM mining.measured_delivery d
    JOIN mining.reported_party rs ON rs.code = d.supplier
    JOIN mining.reported_party rc ON rc.code = d.customer
    WHERE rs.reported <> rc.reported
), due AS (
    SELECT process, agreement, deliverable, by_party, for_party,
           date_trunc('month', due_on::timestamp)::date AS month,
           count(*) AS due,
           count(*) FILTER (WHERE is_met) AS met,
           count(*) FILTER (WHERE standing = 1) AS overdue,
           count(DISTINCT object_key) AS due_cases
    FROM reported WHERE is_due
    GROUP BY process, agreement, deliverable, by_party, for_party, month
    HAVING count(DISTINCT object_key) >= bi.small_group()
), done AS (
    SELECT process, agreement, deliverable, by_party, for_party,
           date_trunc('month', delivered_on::timestamp)::date AS month,
           count(*) AS delivered,
           count(*) FILTER (WHERE NOT is_asked) AS unasked,
           count(DISTINCT object_key) AS delivered_cases,
           count(*) FILTER (WHERE is_right) AS first_time_right,
           count(*) FILTER (WHERE NOT is_right) AS first_time_wrong,
           count(*) FILTER (WHERE returns > 0) AS returned,
           sum(returns) AS returns,
           sum(supplier_us) FILTER (WHERE is_asked) AS supplier_us,
           sum(customer_us) AS customer_us,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY supplier_us)
               FILTER (WHERE is_asked) AS on_supplier,
           percentile_cont(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY customer_us) AS on_customer,
           count(*) FILTER (WHERE outcome = 1) AS followed,
           count(*) FILTER (WHERE outcome = 2) AS not_followed,
           count(*) FILTER (WHERE outcome = 3) AS approved,
           count(*) FILTER (WHERE outcome = 4) AS rejected
    FROM reported WHERE is_delivered
    GROUP BY process, agreement, deliverable, by_party, for_party, month
    HAVING count(DISTINCT object_key) >= bi.small_group()
)
SELECT p.name AS process,
       month,
       a.name AS agreement,
       t.name AS deliverable,
       v.staff_role,
       s.name AS supplier,
       c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       COALESCE(u.due, 0) AS due,
       COALESCE(u.met, 0) AS met,
       u.met / u.due::numeric AS share_met,
       COALESCE(u.overdue, 0) AS overdue,
       COALESCE(u.due_cases, 0) AS due_cases,
       COALESCE(x.delivered, 0) AS delivered,
       COALESCE(x.unasked, 0) AS unasked,
       COALESCE(x.delivered_cases, 0) AS delivered_cases,
       COALESCE(x.first_time_right, 0) AS first_time_right,
       COALESCE(x.first_time_wrong, 0) AS first_time_wrong,
       x.first_time_right / NULLIF(x.first_time_right + x.first_time_wrong, 0)::numeric AS share_first_time_right,
       COALESCE(x.returned, 0) AS returned,
       COALESCE(x.returns, 0)::int8 AS returns,
       COALESCE(x.supplier_us, 0) / 1e6 AS supplier_clock_seconds_sum,
       x.on_supplier[1] / 1e6 AS supplier_clock_seconds_p50,
       x.on_supplier[2] / 1e6 AS supplier_clock_seconds_p90,
       x.on_supplier[3] / 1e6 AS supplier_clock_seconds_p95,
       COALESCE(x.customer_us, 0) / 1e6 AS customer_clock_seconds_sum,
       x.on_customer[1] / 1e6 AS customer_clock_seconds_p50,
       x.on_customer[2] / 1e6 AS customer_clock_seconds_p90,
       x.on_customer[3] / 1e6 AS customer_clock_seconds_p95,
       COALESCE(x.followed, 0) AS followed,
       COALESCE(x.not_followed, 0) AS not_followed,
       x.followed / NULLIF(x.followed + x.not_followed, 0)::numeric AS share_followed,
       COALESCE(x.approved, 0) AS approved,
       COALESCE(x.rejected, 0) AS rejected,
       x.rejected / NULLIF(x.approved + x.rejected, 0)::numeric AS share_rejected
FROM due u
FULL JOIN done x USING (process, agreement, deliverable, by_party, for_party, month)
JOIN mining.term p ON p.code = process
JOIN mining.term a ON a.code = agreement
JOIN mining.term t ON t.code = deliverable
JOIN mining.term s ON s.code = by_party
JOIN mining.term c ON c.code = for_party
LEFT JOIN mining.deliverable v ON v.code = deliverable
LEFT JOIN mining.party e ON e.code = for_party;
COMMENT ON VIEW bi.agg_delivery_monthly IS 'Deliveries by process, month and agreement, for readers: reliability by the month in which they were due, all else by that of the delivery. What is of too few cases is hidden and counts as nothing, small parties are not named, and a total is the sum of the cells shown. As they stood as of bi.as_of(), which readers cannot choose.';
COMMENT ON COLUMN bi.agg_delivery_monthly.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_delivery_monthly.month IS 'First day of the month, local.';
COMMENT ON COLUMN bi.agg_delivery_monthly.agreement IS 'Agreement; key of dim_agreement.';
COMMENT ON COLUMN bi.agg_delivery_monthly.deliverable IS 'What is delivered; key of dim_deliverable.';
COMMENT ON COLUMN bi.agg_delivery_monthly.staff_role IS 'What the supplier is in it: it says which of the measures matters.';
COMMENT ON COLUMN bi.agg_delivery_monthly.supplier IS 'Party that promised it, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_delivery_monthly.customer IS 'Party to which it was promised, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_delivery_monthly.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.agg_delivery_monthly.due IS 'Deliveries that were due in the period, open ones among them; those that were cancelled before they were due are left out, and what is not due yet.';
COMMENT ON COLUMN bi.agg_delivery_monthly.met IS 'Those of them that were delivered in time; of what was delivered again, the last delivery.';
COMMENT ON COLUMN bi.agg_delivery_monthly.share_met IS 'Delivery reliability: met of due; null where nothing was due.';
COMMENT ON COLUMN bi.agg_delivery_monthly.overdue IS 'Those of them that are still open.';
COMMENT ON COLUMN bi.agg_delivery_monthly.due_cases IS 'Distinct cases with a delivery that was due in the period.';
COMMENT ON COLUMN bi.agg_delivery_monthly.delivered IS 'Deliveries in the period: the throughput, which is the measure of an executing role.';
COMMENT ON COLUMN bi.agg_delivery_monthly.unasked IS 'Those of them that nobody asked for.';
COMMENT ON COLUMN bi.agg_delivery_monthly.delivered_cases IS 'Distinct cases with a delivery in the period.';
COMMENT ON COLUMN bi.agg_delivery_monthly.first_time_right IS 'Those of delivered that were accepted, or not returned within the window, without a return before.';
COMMENT ON COLUMN bi.agg_delivery_monthly.first_time_wrong IS 'Those of delivered that were returned first. Of the others it is not known yet.';
COMMENT ON COLUMN bi.agg_delivery_monthly.share_first_time_right IS 'first_time_right of those of which it is known; null where it is of none.';
COMMENT ON COLUMN bi.agg_delivery_monthly.returned IS 'Those of delivered that were returned at least once.';
COMMENT ON COLUMN bi.agg_delivery_monthly.returns IS 'How often, in all.';
COMMENT ON COLUMN bi.agg_delivery_monthly.supplier_clock_seconds_sum IS 'Supplier''s clock of what was asked for, added up: delivery time for a supporting role, checking time for a regulating one.';
COMMENT ON COLUMN bi.agg_delivery_monthly.supplier_clock_seconds_p50 IS 'Median, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_monthly.supplier_clock_seconds_p90 IS '90th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_monthly.supplier_clock_seconds_p95 IS '95th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_monthly.customer_clock_seconds_sum IS 'Customer''s clock of what was asked for, added up: elapsed time, never paused.';
COMMENT ON COLUMN bi.agg_delivery_monthly.customer_clock_seconds_p50 IS 'Median, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_monthly.customer_clock_seconds_p90 IS '90th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_monthly.customer_clock_seconds_p95 IS '95th percentile, exact, interpolated.';
COMMENT ON COLUMN bi.agg_delivery_monthly.followed IS 'Advice that was followed, as its acceptance says.';
COMMENT ON COLUMN bi.agg_delivery_monthly.not_followed IS 'Advice that was not.';
COMMENT ON COLUMN bi.agg_delivery_monthly.share_followed IS 'Followed of those of which it is known: the measure of an advising role; null where it is of none.';
COMMENT ON COLUMN bi.agg_delivery_monthly.approved IS 'Those of delivered that granted what was asked for, under agreements that say what a refusal is.';
COMMENT ON COLUMN bi.agg_delivery_monthly.rejected IS 'Those of delivered that refused it: the rejections, a measure of a regulating role.';
COMMENT ON COLUMN bi.agg_delivery_monthly.share_rejected IS 'Rejected of approved and rejected; null where no agreement says what a refusal is.';

-- What facts name and the catalogue does not is for those who may see the facts: readers do not get
-- undeclared parties by name, and an undeclared activity may be any text.

CREATE FUNCTION bi.sees_facts() RETURNS bool LANGUAGE sql STABLE PARALLEL SAFE
    RETURN has_table_privilege('bi.fct_handover', 'SELECT');
COMMENT ON FUNCTION bi.sees_facts IS 'Whether the current user may read the facts, and so see in the dimensions what the catalogue does not declare.';

CREATE VIEW bi.dim_party WITH (security_barrier) AS
SELECT t.name AS party, p.label_nl, p.label_en, p.kind, q.name AS parent, p.members, k.name AS calendar,
       p.is_end_customer, true AS is_declared
FROM mining.party p
JOIN mining.term t ON t.code = p.code
LEFT JOIN mining.term q ON q.code = p.parent
JOIN mining.term k ON k.code = p.calendar
UNION ALL
SELECT t.name, t.name, t.name, NULL, NULL, NULL, k.name, false, false
FROM (
    SELECT supplier AS code FROM mining.measured_handover
    UNION SELECT customer FROM mining.measured_handover
    UNION SELECT supplier FROM mining.pending
    UNION SELECT customer FROM mining.pending
) used
JOIN mining.term t USING (code)
LEFT JOIN mining.term k ON k.code = mining.calendar_of(used.code)
WHERE bi.sees_facts() AND NOT EXISTS (SELECT FROM mining.party p WHERE p.code = used.code);
COMMENT ON VIEW bi.dim_party IS 'Parties that the catalogue declares; for analysts also those that facts name and it does not.';
COMMENT ON COLUMN bi.dim_party.party IS 'Key.';
COMMENT ON COLUMN bi.dim_party.label_nl IS 'Label in Dutch; the name where none is declared.';
COMMENT ON COLUMN bi.dim_party.label_en IS 'Label in English; the name where none is declared.';
COMMENT ON COLUMN bi.dim_party.kind IS 'internal, outside, or automatic (a system: it neither supplies nor receives); null where it is not declared.';
COMMENT ON COLUMN bi.dim_party.parent IS 'The party that this one is a part of.';
COMMENT ON COLUMN bi.dim_party.members IS 'Declared number of members.';
COMMENT ON COLUMN bi.dim_party.calendar IS 'Calendar on which it works; office where none is declared.';
COMMENT ON COLUMN bi.dim_party.is_end_customer IS 'The customer outside, for whom the chain exists; every other customer is an internal one.';
COMMENT ON COLUMN bi.dim_party.is_declared IS 'Whether the catalogue knows it; those that it does not are listed for analysts only.';

CREATE VIEW bi.dim_process AS
SELECT t.name AS process, p.label_nl, p.label_en, p.object_type, p.time_zone, k.name AS calendar
FROM mining.process p
JOIN mining.term t ON t.code = p.code
JOIN mining.term k ON k.code = p.calendar;
COMMENT ON VIEW bi.dim_process IS 'Processes that the catalogue declares.';
COMMENT ON COLUMN bi.dim_process.process IS 'Key.';
COMMENT ON COLUMN bi.dim_process.label_nl IS 'Label in Dutch.';
COMMENT ON COLUMN bi.dim_process.label_en IS 'Label in English.';
COMMENT ON COLUMN bi.dim_process.object_type IS 'What a case of it is about.';
COMMENT ON COLUMN bi.dim_process.time_zone IS 'Zone of its local dates.';
COMMENT ON COLUMN bi.dim_process.calendar IS 'Calendar of the process.';

CREATE VIEW bi.dim_activity WITH (security_barrier) AS
SELECT p.name AS process, t.name AS activity, a.label_nl, a.label_en, a.is_start, a.is_end, q.name AS party,
       true AS is_declared
FROM mining.activity a
JOIN mining.term p ON p.code = a.process
JOIN mining.term t ON t.code = a.code
LEFT JOIN mining.term q ON q.code = a.party
UNION ALL
SELECT p.name, t.name, t.name, t.name, NULL, NULL, NULL, false
FROM (
    SELECT process, from_activity AS code FROM mining.handover
    UNION SELECT process, to_activity FROM mining.handover
    UNION SELECT process, activity FROM mining.pending
) used
JOIN mining.term p ON p.code = used.process
JOIN mining.term t ON t.code = used.code
WHERE bi.sees_facts()
  AND NOT EXISTS (SELECT FROM mining.activity a WHERE (a.process, a.code) = (used.process, used.code));
COMMENT ON VIEW bi.dim_activity IS 'Activities that the catalogue declares; for analysts also those that facts name and it does not.';
COMMENT ON COLUMN bi.dim_activity.process IS 'Process; with activity the key.';
COMMENT ON COLUMN bi.dim_activity.activity IS 'Activity.';
COMMENT ON COLUMN bi.dim_activity.label_nl IS 'Label in Dutch; the name where none is declared.';
COMMENT ON COLUMN bi.dim_activity.label_en IS 'Label in English; the name where none is declared.';
COMMENT ON COLUMN bi.dim_activity.is_start IS 'A case may start with it; null where it is not declared.';
COMMENT ON COLUMN bi.dim_activity.is_end IS 'It closes a case; null where it is not declared.';
COMMENT ON COLUMN bi.dim_activity.party IS 'Who does it, where the event does not say.';
COMMENT ON COLUMN bi.dim_activity.is_declared IS 'Whether the catalogue knows it; those that it does not are listed for analysts only.';

CREATE VIEW bi.dim_deliverable AS
SELECT t.name AS deliverable, d.label_nl, d.label_en, s.name AS supplier, d.staff_role,
       d.purpose_nl, d.purpose_en, d.contact
FROM mining.deliverable d
JOIN mining.term t ON t.code = d.code
JOIN mining.term s ON s.code = d.supplier;
COMMENT ON VIEW bi.dim_deliverable IS 'What parties deliver, as the catalogue declares it.';
COMMENT ON COLUMN bi.dim_deliverable.deliverable IS 'Key.';
COMMENT ON COLUMN bi.dim_deliverable.label_nl IS 'Label in Dutch; the name where none is declared.';
COMMENT ON COLUMN bi.dim_deliverable.label_en IS 'Label in English; the name where none is declared.';
COMMENT ON COLUMN bi.dim_deliverable.supplier IS 'Party that delivers it; key of dim_party.';
COMMENT ON COLUMN bi.dim_deliverable.staff_role IS 'What the supplier is in it: supporting, regulating, executing or advising.';
COMMENT ON COLUMN bi.dim_deliverable.purpose_nl IS 'What it is for, in Dutch; null where nothing is declared.';
COMMENT ON COLUMN bi.dim_deliverable.purpose_en IS 'What it is for, in English; null where nothing is declared.';
COMMENT ON COLUMN bi.dim_deliverable.contact IS 'Whom to call: a function or a shared mailbox; null where none is declared.';

CREATE VIEW bi.dim_agreement AS
SELECT t.name AS agreement, a.version, a.label_nl, a.label_en, a.valid_from, a.valid_until,
       p.name AS process, d.name AS deliverable, s.name AS supplier, c.name AS customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role, o.staff_role, a.lead_time, a.target AS target_share, a.first_time_right_target, a.return_window
FROM mining.agreement a
JOIN mining.deliverable o ON o.code = a.deliverable
JOIN mining.term t ON t.code = a.code
JOIN mining.term p ON p.code = a.process
JOIN mining.term d ON d.code = a.deliverable
JOIN mining.term s ON s.code = a.supplier
JOIN mining.term c ON c.code = a.customer
LEFT JOIN mining.party e ON e.code = a.customer;
COMMENT ON VIEW bi.dim_agreement IS 'What suppliers promised customers, as the catalogue declares it: one row for each version of an agreement.';
COMMENT ON COLUMN bi.dim_agreement.agreement IS 'Agreement; with version the key.';
COMMENT ON COLUMN bi.dim_agreement.version IS 'Its versions in order of time; the first is 1.';
COMMENT ON COLUMN bi.dim_agreement.label_nl IS 'Label in Dutch; the name where none is declared.';
COMMENT ON COLUMN bi.dim_agreement.label_en IS 'Label in English; the name where none is declared.';
COMMENT ON COLUMN bi.dim_agreement.valid_from IS 'First local date of requests on this version; null: ever since.';
COMMENT ON COLUMN bi.dim_agreement.valid_until IS 'First local date of requests no longer on it; null: for ever.';
COMMENT ON COLUMN bi.dim_agreement.process IS 'Process in whose cases it is kept; key of dim_process.';
COMMENT ON COLUMN bi.dim_agreement.deliverable IS 'What it is about; key of dim_deliverable.';
COMMENT ON COLUMN bi.dim_agreement.supplier IS 'Party that promised; key of dim_party.';
COMMENT ON COLUMN bi.dim_agreement.customer IS 'Party to which it is promised; key of dim_party.';
COMMENT ON COLUMN bi.dim_agreement.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.dim_agreement.staff_role IS 'What the supplier is in it: supporting, regulating, executing or advising.';
COMMENT ON COLUMN bi.dim_agreement.lead_time IS 'From request to delivery on the calendar of the supplier, in words: 8 hours, 2 days, before the 20th.';
COMMENT ON COLUMN bi.dim_agreement.target_share IS 'Share of deliveries that is to be in time, 0 to 1; null where none was agreed.';
COMMENT ON COLUMN bi.dim_agreement.first_time_right_target IS 'Share that is to be accepted without having been returned, 0 to 1; null where none was agreed.';
COMMENT ON COLUMN bi.dim_agreement.return_window IS 'How long it may be returned, on the calendar of the customer, in words; null where none was agreed.';

CREATE VIEW bi.dim_date AS
WITH working AS (
    SELECT d::date AS date, array_agg(DISTINCT t.name ORDER BY t.name) AS calendars
    FROM mining.calendar_stretch s
    JOIN mining.calendar k ON k.code = s.calendar
    JOIN mining.term t ON t.code = k.code
    CROSS JOIN LATERAL generate_series(
        date_trunc('day', s.opens_at AT TIME ZONE k.time_zone),
        (s.closes_at - interval '1 microsecond') AT TIME ZONE k.time_zone,
        interval '1 day') AS d
    GROUP BY d::date
)
SELECT d::date AS date,
       extract(isoyear FROM d)::int4 AS iso_year,
       extract(week FROM d)::int4 AS iso_week,
       extract(isodow FROM d)::int4 AS iso_weekday,
       extract(year FROM d)::int4 AS year,
       extract(quarter FROM d)::int4 AS quarter,
       extract(month FROM d)::int4 AS month,
       date_trunc('month', d)::date AS month_start,
       (ARRAY['januari', 'februari', 'maart', 'april', 'mei', 'juni', 'juli', 'augustus', 'september', 'oktober', 'november', 'december'])[extract(month FROM d)::int4] AS month_nl,
       (ARRAY['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'])[extract(month FROM d)::int4] AS month_en,
       COALESCE(w.calendars, '{}') AS working_calendars
FROM generate_series(timestamp '1970-01-01', timestamp '2099-12-31', interval '1 day') AS d
LEFT JOIN working w ON w.date = d::date;
COMMENT ON VIEW bi.dim_date IS 'Dates, 1970 to 2099.';
COMMENT ON COLUMN bi.dim_date.date IS 'Key.';
COMMENT ON COLUMN bi.dim_date.iso_year IS 'Year of the ISO week.';
COMMENT ON COLUMN bi.dim_date.iso_week IS 'ISO week.';
COMMENT ON COLUMN bi.dim_date.iso_weekday IS '1 is Monday, 7 Sunday.';
COMMENT ON COLUMN bi.dim_date.year IS 'Calendar year.';
COMMENT ON COLUMN bi.dim_date.quarter IS 'Quarter of the year.';
COMMENT ON COLUMN bi.dim_date.month IS 'Month of the year.';
COMMENT ON COLUMN bi.dim_date.month_start IS 'First day of the month; joins to month in the monthly views.';
COMMENT ON COLUMN bi.dim_date.month_nl IS 'Month in Dutch.';
COMMENT ON COLUMN bi.dim_date.month_en IS 'Month in English.';
COMMENT ON COLUMN bi.dim_date.working_calendars IS 'Calendars of which this date is a working day.';

-- Roles belong to the cluster, so another database of it may have made them, just now even; and who
-- may not create roles can go on where they are there.
DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['bi_reader', 'bi_analyst'] LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = role_name);
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN RAISE insufficient_privilege USING
                MESSAGE = format('the role may not create the role %s', role_name),
                HINT = format('ALTER ROLE %I CREATEROLE, or create bi_reader and bi_analyst beforehand', current_user);
        END;
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA bi TO bi_reader, bi_analyst;
GRANT SELECT ON bi.agg_handover_monthly, bi.agg_link_monthly, bi.agg_delivery_monthly, bi.dim_party, bi.dim_process, bi.dim_activity, bi.dim_deliverable, bi.dim_agreement, bi.dim_date TO bi_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO bi_analyst;
