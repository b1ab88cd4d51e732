-- name: cases
-- Closed cases of a process by group: elapsed seconds from start to end, and of these how many somebody
-- worked; null where a case is open. The second group are those that started since a date, or those
-- that are chosen.
SELECT is_second,
       CASE WHEN is_closed THEN EXTRACT(epoch FROM ended_at - started_at)::float8 END,
       CASE WHEN is_closed THEN (processing_us / 1e6)::float8 END
FROM (
    SELECT c.*, CASE WHEN d.has_end THEN c.closed_at ELSE c.ended_at END <= bi.as_of() AS is_closed,
           CASE WHEN %(at)s::date IS NULL THEN {chosen} ELSE day >= %(at)s::date END AS is_second
    FROM mining."case" c
    JOIN mining.process d ON d.code = c.process
    CROSS JOIN LATERAL (SELECT (c.started_at AT TIME ZONE d.time_zone)::date AS day) started
    WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND c.started_at <= bi.as_of()
      AND (%(at)s::date IS NULL OR {chosen})
      AND (%(since)s::date IS NULL OR day >= %(since)s) AND (%(until)s::date IS NULL OR day < %(until)s)
) c;

-- name: deliveries
-- Deliveries that were asked for, by group and case: means of both clocks, the shares in time and right
-- the first time, each null where nothing is known, and whether any is open. The second group were
-- asked for since a date, or are those of the cases that are chosen.
SELECT is_second,
       (avg(supplier_us) FILTER (WHERE standing IN (2, 3)) / 1e6)::float8,
       (avg(EXTRACT(epoch FROM delivered_at - requested_at)) FILTER (WHERE standing IN (2, 3)))::float8,
       (avg((standing IN (2, 3) AND delivered_at <= due_at)::int) FILTER (WHERE is_due))::float8,
       (avg(is_right::int))::float8,
       bool_or(standing = 1)
FROM (
    SELECT d.*,
           due_at <= bi.as_of() AND NOT (standing = 4 AND cancelled_at <= due_at) AS is_due,
           CASE WHEN right_first > 0 THEN right_first = 1
                WHEN bi.as_of() > returnable_at THEN true END AS is_right,
           CASE WHEN %(at)s::date IS NULL THEN {chosen} ELSE d.requested_on >= %(at)s::date END AS is_second
    FROM mining.delivery_as_of d
    JOIN mining."case" c USING (object_key, process)
    WHERE d.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND (%(agreement)s::text IS NULL OR d.agreement = (SELECT code FROM mining.term WHERE name = %(agreement)s))
      AND isfinite(d.requested_at) AND (%(at)s::date IS NULL OR {chosen})
      AND (%(since)s::date IS NULL OR d.requested_on >= %(since)s)
      AND (%(until)s::date IS NULL OR d.requested_on < %(until)s)
) d
GROUP BY object_key, is_second;

-- name: ratings
-- Ratings about cases of a process, by group and case, on a scale from 1 to 10: the second group were
-- given since a date, or are about the cases that are chosen.
SELECT is_second, avg(score)::float8
FROM (
    SELECT c.object_key,
           1 + 9 * ((e.data ->> 'score')::numeric - (e.data ->> 'lowest')::numeric)
             / NULLIF((e.data ->> 'highest')::numeric - (e.data ->> 'lowest')::numeric, 0) AS score,
           CASE WHEN %(at)s::date IS NULL THEN {chosen} ELSE day >= %(at)s::date END AS is_second
    FROM stream.event e
    CROSS JOIN mining.objects_of(e.objects) k
    JOIN mining."case" c ON c.object_key = k.key
    JOIN mining.process d ON d.code = c.process
    CROSS JOIN LATERAL (SELECT (e.occurred_at AT TIME ZONE d.time_zone)::date AS day) given
    WHERE e.type = 'rating.given' AND NOT e.is_retracted AND e.occurred_at <= bi.as_of()
      AND c.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND (%(supplier)s::text IS NULL OR e.data ->> 'supplier' = %(supplier)s)
      AND (%(at)s::date IS NULL OR {chosen})
      AND (%(since)s::date IS NULL OR day >= %(since)s) AND (%(until)s::date IS NULL OR day < %(until)s)
) r
WHERE score IS NOT NULL
GROUP BY object_key, is_second;

-- name: changed_on
-- On which date the last version of an agreement took effect, in which process, and its supplier.
SELECT a.process, a.supplier, max(a.valid_from)
FROM bi.dim_agreement a WHERE a.agreement = %(agreement)s
GROUP BY a.process, a.supplier;

-- name: handovers
-- What each case waited at the links of all processes, in working seconds, first time in the case and
-- by the date of pick-up: in the period, or in the one of the same length before it.
SELECT p.name, s.name, c.name, h.picked_up_on >= %(at)s::date AS is_second,
       (h.wait_working_us / 1e6)::float8
FROM mining.handover h
JOIN mining.term p ON p.code = h.process
JOIN mining.term s ON s.code = h.supplier
JOIN mining.term c ON c.code = h.customer
WHERE h.picked_up_at <= bi.as_of() AND h.picked_up_on >= %(since)s::date AND h.picked_up_on < %(until)s::date
  AND h.previous_on < CASE WHEN h.picked_up_on >= %(at)s::date THEN %(at)s::date ELSE %(since)s::date END
  AND (%(process)s::text IS NULL OR p.name = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (s.name, c.name));

-- name: agreements
-- What came of each agreement, by case: the supplier's clock by the date of delivery, in time by that on
-- which it was due, and right the first time by that of delivery.
SELECT p.name, s.name, c.name, a.name, measure, day >= %(at)s::date AS is_second, avg(value)::float8
FROM mining.delivery_as_of d
JOIN mining.term p ON p.code = d.process
JOIN mining.term s ON s.code = d.supplier
JOIN mining.term c ON c.code = d.customer
JOIN mining.term a ON a.code = d.agreement
CROSS JOIN LATERAL (VALUES
    ('delivery time', CASE WHEN standing IN (2, 3) THEN delivered_on END, (supplier_us / 1e6)::float8),
    ('in time', CASE WHEN due_at <= bi.as_of() AND NOT (standing = 4 AND cancelled_at <= due_at) THEN due_on END,
     (standing IN (2, 3) AND delivered_at <= due_at)::int::float8),
    ('first time right', CASE WHEN standing IN (2, 3) AND (right_first > 0 OR bi.as_of() > returnable_at)
        THEN delivered_on END, (right_first <> 2)::int::float8)
) AS measured (measure, day, value)
WHERE isfinite(requested_at) AND day >= %(since)s::date AND day < %(until)s::date
  AND (%(process)s::text IS NULL OR p.name = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (s.name, c.name))
GROUP BY p.name, s.name, c.name, a.name, measure, is_second, d.object_key;
