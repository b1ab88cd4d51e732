-- name: moment
-- Up to which instant the views speak, microseconds since 1970.
SELECT (extract(epoch FROM bi.as_of()) * 1e6)::int8;

-- name: traces
-- What was completed in the chosen cases of a process that were under way in a period; a day more at
-- either side, since cases know instants and periods local dates.
SELECT c.trace
FROM mining."case" c
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND length(c.trace) > 0
  AND c.started_at <= bi.as_of()
  AND (%(since)s::date IS NULL OR c.ended_at >= %(since)s::date - interval '1 day')
  AND (%(until)s::date IS NULL OR c.started_at < %(until)s::date + interval '1 day')
  AND {chosen};

-- name: handovers
-- Handovers of the chosen cases by what was completed and what picked it up, with the parties that
-- were most often in it. Again is what was picked up in a case before, in the period.
SELECT h.from_activity, h.to_activity,
       mode() WITHIN GROUP (ORDER BY h.supplier), mode() WITHIN GROUP (ORDER BY h.customer),
       count(*), count(DISTINCT h.object_key), count(DISTINCT h.object_key) FILTER (WHERE h.place > 1),
       (sum(h.us) / 1e6)::float8,
       ARRAY(SELECT us / 1e6 FROM unnest(percentile_cont(%(quantiles)s::float8[]) WITHIN GROUP (ORDER BY h.us)) AS us),
       bool_and(h.pickup_basis = 1)
FROM (
    SELECT h.*, CASE WHEN %(is_working)s THEN h.wait_working_us ELSE h.wait_us END AS us,
           row_number() OVER (PARTITION BY h.object_key, h.to_activity ORDER BY h.picked_up_at) AS place
    FROM mining.handover h
    WHERE h.process = (SELECT code FROM mining.term WHERE name = %(process)s)
      AND h.picked_up_at <= bi.as_of()
      AND (%(since)s::date IS NULL OR h.picked_up_on >= %(since)s)
      AND (%(until)s::date IS NULL OR h.picked_up_on < %(until)s)
      AND {chosen}
) h
GROUP BY h.from_activity, h.to_activity;

-- name: activities
-- How the activities of a process are called, and which party they were declared for.
SELECT a.code, a.label_nl, a.label_en, a.party
FROM mining.activity a
WHERE a.process = (SELECT code FROM mining.term WHERE name = %(process)s);
