-- What BI tools read. Names and meanings here are a contract: columns are added, never changed.

CREATE SCHEMA bi;
COMMENT ON SCHEMA bi IS 'What BI tools read, contract version 1: stable names, additive changes only.';

CREATE FUNCTION bi.contract_version() RETURNS int4 LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN 1;
COMMENT ON FUNCTION bi.contract_version IS 'Raised when columns are added.';

CREATE FUNCTION bi.as_of() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(NULLIF(current_setting('procesmijn.as_of', true), '')::timestamptz, now());
COMMENT ON FUNCTION bi.as_of IS 'The moment that the views speak of: now, or SET procesmijn.as_of = ''2026-01-31 12:00+01''.';

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
       fa.name AS from_activity,
       ta.name AS to_activity,
       h.delivered_at,
       h.picked_up_at,
       h.delivered_on,
       h.picked_up_on,
       h.wait_us / 1e6 AS wait_seconds,
       h.wait_working_us / 1e6 AS wait_working_seconds,
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
WHERE h.picked_up_at <= bi.as_of();
COMMENT ON VIEW bi.fct_handover IS 'One handover: work in a case passed from an internal supplier to an internal customer.';
COMMENT ON COLUMN bi.fct_handover.handover_id IS 'Stable key of the handover.';
COMMENT ON COLUMN bi.fct_handover.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_handover.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_handover.supplier IS 'Party that delivered; key of dim_party.';
COMMENT ON COLUMN bi.fct_handover.customer IS 'Party that picked up; key of dim_party.';
COMMENT ON COLUMN bi.fct_handover.from_activity IS 'Activity whose completion enabled the next.';
COMMENT ON COLUMN bi.fct_handover.to_activity IS 'Activity that picked the work up.';
COMMENT ON COLUMN bi.fct_handover.delivered_at IS 'Completion of from_activity.';
COMMENT ON COLUMN bi.fct_handover.picked_up_at IS 'Start of to_activity; its completion where no start is known.';
COMMENT ON COLUMN bi.fct_handover.delivered_on IS 'Local date of the delivery, in the zone of the process.';
COMMENT ON COLUMN bi.fct_handover.picked_up_on IS 'Local date of the pick-up, in the zone of the process.';
COMMENT ON COLUMN bi.fct_handover.wait_seconds IS 'Elapsed seconds from delivery to pick-up.';
COMMENT ON COLUMN bi.fct_handover.wait_working_seconds IS 'The same on the calendar of the customer.';
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
WHERE w.delivered_at <= bi.as_of() AND w.settled_at > bi.as_of();
COMMENT ON VIEW bi.fct_pending IS 'One handover that nobody has picked up yet, as of bi.as_of(). What is picked up leaves it without a trace: load it whole.';
COMMENT ON COLUMN bi.fct_pending.pending_id IS 'Stable key of what is pending.';
COMMENT ON COLUMN bi.fct_pending.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_pending.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_pending.supplier IS 'Party that passed the work on; null where the event names none.';
COMMENT ON COLUMN bi.fct_pending.customer IS 'Party that is to act.';
COMMENT ON COLUMN bi.fct_pending.activity IS 'Activity that named the customer.';
COMMENT ON COLUMN bi.fct_pending.delivered_at IS 'Since when it waits.';
COMMENT ON COLUMN bi.fct_pending.delivered_on IS 'Local date since when it waits, in the zone of the process.';
COMMENT ON COLUMN bi.fct_pending.waiting_seconds IS 'Elapsed seconds that it has waited.';
COMMENT ON COLUMN bi.fct_pending.waiting_working_seconds IS 'The same on the calendar of the customer.';
COMMENT ON COLUMN bi.fct_pending.basis IS 'How it is known: named, an event names the receiving party.';
COMMENT ON COLUMN bi.fct_pending.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.fct_pending.updated_at IS 'When this row was last written.';

CREATE VIEW bi.fct_case AS
SELECT p.name AS process,
       o.object_id AS case_key,
       c.started_at,
       (c.started_at AT TIME ZONE COALESCE(d.time_zone, 'UTC'))::date AS started_on,
       CASE WHEN c.ended_at <= bi.as_of() THEN c.ended_at END AS ended_at,
       CASE WHEN d.has_end THEN c.closed_at > bi.as_of() END AS is_open,
       CASE WHEN c.ended_at <= bi.as_of() THEN EXTRACT(epoch FROM c.ended_at - c.started_at) END AS cycle_seconds,
       CASE WHEN c.ended_at <= bi.as_of() THEN c.processing_us / 1e6 END AS processing_seconds,
       c.events,
       c.unassigned AS events_without_party,
       c.handovers,
       c.parties,
       c.revisits,
       c.revisits_direct,
       c.pingpongs,
       c.pingpongs_direct,
       c.variant AS variant_key,
       c.change_id,
       c.updated_at
FROM mining."case" c
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = c.process
LEFT JOIN mining.process d ON d.code = c.process
WHERE c.started_at <= bi.as_of();
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
COMMENT ON COLUMN bi.fct_case.variant_key IS 'Hash of the activities in order of completion: equal for cases that took the same way. As known now.';
COMMENT ON COLUMN bi.fct_case.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.fct_case.updated_at IS 'When this row was last written.';

CREATE VIEW bi.removed AS
SELECT r.kind,
       CASE r.kind WHEN 'handover' THEN r.event_key || '/' || p.name || '/' || o.object_id END AS handover_id,
       CASE r.kind WHEN 'pending' THEN r.event_key || '/' || p.name || '/' || o.object_id END AS pending_id,
       p.name AS process,
       o.object_id AS case_key,
       r.change_id,
       r.removed_at
FROM mining.removed r
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = r.process;
COMMENT ON VIEW bi.removed IS 'Facts that were taken away again, by a late event, a correction, or another catalogue. One that came back has a later change_id in its own view.';
COMMENT ON COLUMN bi.removed.kind IS 'case, handover or pending.';
COMMENT ON COLUMN bi.removed.handover_id IS 'Key in fct_handover; null for other kinds.';
COMMENT ON COLUMN bi.removed.pending_id IS 'Key in fct_pending; null for other kinds.';
COMMENT ON COLUMN bi.removed.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.removed.case_key IS 'Case; with process the key in fct_case.';
COMMENT ON COLUMN bi.removed.change_id IS 'Grows with every change; see bi.safe_change_id().';
COMMENT ON COLUMN bi.removed.removed_at IS 'When it was taken away.';

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
JOIN mining.term c ON c.code = r.customer;
COMMENT ON VIEW bi.agg_handover_daily IS 'Handovers by process, local day of pick-up, supplier, customer and basis. For analysts: small groups are not hidden. All that is known now, whatever bi.as_of() says.';
COMMENT ON COLUMN bi.agg_handover_daily.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_handover_daily.day IS 'Local date of the pick-up; key of dim_date.';
COMMENT ON COLUMN bi.agg_handover_daily.supplier IS 'Party that delivered.';
COMMENT ON COLUMN bi.agg_handover_daily.customer IS 'Party that picked up.';
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

CREATE VIEW bi.agg_handover_monthly WITH (security_barrier) AS
WITH cell AS ( -- by codes, which sort faster than names
    SELECT h.process,
           date_trunc('month', h.picked_up_on::timestamp)::date AS month,
           rs.reported AS supplier,
           rc.reported AS customer,
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
    WHERE rs.reported <> rc.reported
    GROUP BY h.process, month, rs.reported, rc.reported, h.pickup_basis
    HAVING count(DISTINCT h.object_key) >= bi.small_group()
)
SELECT p.name AS process,
       x.month,
       s.name AS supplier,
       c.name AS customer,
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
       x.working[3] / 1e6 AS wait_working_seconds_p95
FROM cell x
JOIN mining.term p ON p.code = x.process
JOIN mining.term s ON s.code = x.supplier
JOIN mining.term c ON c.code = x.customer;
COMMENT ON VIEW bi.agg_handover_monthly IS 'Handovers by process, month of pick-up, supplier, customer and basis, for readers: cells of too few cases are hidden, small and undeclared parties are not named, and a total is the sum of the cells shown. All that is known now, whatever bi.as_of() says: cells of two moments would differ by single cases.';
COMMENT ON COLUMN bi.agg_handover_monthly.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_handover_monthly.month IS 'First day of the month of the pick-up, local.';
COMMENT ON COLUMN bi.agg_handover_monthly.supplier IS 'Party that delivered, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_handover_monthly.customer IS 'Party that picked up, or the parent that it reports as.';
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

-- What facts name and the catalogue does not is for those who may see the facts: readers do not get
-- undeclared parties by name, and an undeclared activity may be any text.

CREATE FUNCTION bi.sees_facts() RETURNS bool LANGUAGE sql STABLE PARALLEL SAFE
    RETURN has_table_privilege('bi.fct_handover', 'SELECT');
COMMENT ON FUNCTION bi.sees_facts IS 'Whether the current user may read the facts, and so see in the dimensions what the catalogue does not declare.';

CREATE VIEW bi.dim_party WITH (security_barrier) AS
SELECT t.name AS party, p.label_nl, p.label_en, p.kind, q.name AS parent, p.members, k.name AS calendar,
       true AS is_declared
FROM mining.party p
JOIN mining.term t ON t.code = p.code
LEFT JOIN mining.term q ON q.code = p.parent
JOIN mining.term k ON k.code = p.calendar
UNION ALL
SELECT t.name, t.name, t.name, NULL, NULL, NULL, k.name, false
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
       o.staff_role, a.lead_time, a.target AS target_share, a.first_time_right_target, a.return_window
FROM mining.agreement a
JOIN mining.deliverable o ON o.code = a.deliverable
JOIN mining.term t ON t.code = a.code
JOIN mining.term p ON p.code = a.process
JOIN mining.term d ON d.code = a.deliverable
JOIN mining.term s ON s.code = a.supplier
JOIN mining.term c ON c.code = a.customer;
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
GRANT SELECT ON bi.agg_handover_monthly, bi.dim_party, bi.dim_process, bi.dim_activity, bi.dim_deliverable, bi.dim_agreement, bi.dim_date TO bi_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bi TO bi_analyst;
