-- name: cases
-- How a choice stands in a statement whose rows are cases, c.
{conditions}

-- name: handovers
-- Likewise where they are handovers, h.
h.object_key IN (
    SELECT c.object_key FROM {cases} c
    WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND {conditions}
)

-- name: told_cases
-- Likewise where they are rows of a view of cases, which has no more than their keys.
object_key IN (
    SELECT c.object_key FROM {cases} c
    WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND {conditions}
)

-- name: since
-- Cases that started on a local date or later; a day less first, since the index knows instants.
c.started_at >= {day}::date::timestamp AT TIME ZONE 'UTC' - interval '1 day'
AND (c.started_at AT TIME ZONE COALESCE((
    SELECT d.time_zone FROM mining.process d JOIN mining.term t USING (code) WHERE t.name = %(process)s
), 'UTC'))::date >= {day}::date

-- name: until
-- Cases that started before a local date; a day more first, since the index knows instants.
c.started_at < {day}::date::timestamp AT TIME ZONE 'UTC' + interval '1 day'
AND (c.started_at AT TIME ZONE COALESCE((
    SELECT d.time_zone FROM mining.process d JOIN mining.term t USING (code) WHERE t.name = %(process)s
), 'UTC'))::date < {day}::date

-- name: variants
-- Cases that went one of some ways.
c.variant = ANY ({keys}::int8[])

-- name: having
-- Cases in which an activity was completed: it is looked for in one trace of each way that is known,
-- and of other ways in the trace of the case itself.
CASE WHEN c.variant IN (
    SELECT w.variant FROM mining.way w
    WHERE w.process = (SELECT code FROM mining.term WHERE name = %(process)s)
) THEN c.variant IN (
    SELECT w.variant FROM mining.way w
    WHERE w.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND mining.has_activity(w.trace, (SELECT code FROM mining.term WHERE name = {activity}))
) ELSE mining.has_activity(c.trace, (SELECT code FROM mining.term WHERE name = {activity})) END

-- name: party
-- Cases in which a party delivered or picked up by now.
c.object_key IN (
    SELECT f.object_key FROM mining.handover f
    WHERE f.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND f.picked_up_at <= bi.as_of()
      AND (SELECT party.code FROM mining.term party WHERE party.name = {party})
          IN (f.supplier, f.customer)
)

-- name: attribute
-- Cases that an event says something of by now: a generic step that names the process, or an event of a
-- type that the catalogue has in it. The types are an array so that they are looked up once, not for
-- each event; and no index helps, since one on what events say would be paid for by every batch.
c.object_key IN (
    SELECT mining.object_key(pair ->> 0, pair ->> 1)
    FROM stream.event e CROSS JOIN LATERAL jsonb_array_elements(e.objects) AS pair
    WHERE (e.process = %(process)s OR e.process IS NULL AND e.type = ANY (ARRAY(
          SELECT jsonb_array_elements_text(activity.value -> 'events')
          FROM mining.catalogue k
          CROSS JOIN LATERAL jsonb_each(k.document -> 'processes' -> %(process)s -> 'activities')
              AS activity
          WHERE k.is_active
      )))
      AND NOT e.is_retracted AND e.occurred_at <= bi.as_of() AND jsonb_array_length(e.objects) <= {most_cases}
      AND (e.data ->> {name} = {value} OR e.data -> {name} @> to_jsonb({value}::text))
)

-- name: is_said
-- Whether any event says something by this name: mostly one of the first does.
SELECT EXISTS (SELECT FROM stream.event WHERE data ? %(name)s);

-- name: activities
-- Activities that a process has had, or is declared to have.
SELECT t.name FROM mining.term t WHERE t.code IN (
    SELECT f.to_activity FROM mining.flow_day f
    WHERE f.process = (SELECT code FROM mining.term WHERE name = %(process)s)
    UNION
    SELECT a.code FROM mining.activity a JOIN mining.term p ON p.code = a.process
    WHERE p.name = %(process)s
);

-- name: parties
-- Parties that have handed over or picked up in a process, or are declared.
SELECT t.name FROM mining.term t WHERE t.code IN (
    SELECT unnest(ARRAY[h.supplier, h.customer])
    FROM mining.handover_day h
    WHERE h.process = (SELECT code FROM mining.term WHERE name = %(process)s)
    UNION SELECT code FROM mining.party
);
