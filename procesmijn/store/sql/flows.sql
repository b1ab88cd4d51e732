-- name: counts
-- Directly-follows counts and times of a process; 0 before the first and after the last. Times are
-- numeric, since those of many cases over years may not fit in 64 bits. Here and below the process
-- is looked up first: joined, PostgreSQL takes its rows for few, and sorts them on disk.
SELECT f.from_activity, f.to_activity, sum(f.n)::int8, sum(f.wait_us)
FROM mining.flow_day f
WHERE f.process = (SELECT code FROM mining.term WHERE name = %(process)s)
  AND (%(since)s::date IS NULL OR f.day >= %(since)s)
  AND (%(until)s::date IS NULL OR f.day < %(until)s)
GROUP BY f.from_activity, f.to_activity
HAVING sum(f.n) <> 0;

-- name: sealed
-- The share of retired cases in these counts.
SELECT f.from_activity, f.to_activity, sum(f.n)::int8, sum(f.wait_us)
FROM mining.sealed_flow f
WHERE f.process = (SELECT code FROM mining.term WHERE name = %(process)s)
GROUP BY f.from_activity, f.to_activity;

-- name: traces
-- What was completed in the chosen cases of a process.
SELECT c.trace
FROM {cases} c
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND length(c.trace) > 0 AND {chosen};

-- name: variants
-- How often each way through a process was taken, and one trace that shows it.
SELECT count(*), any_value(c.trace)
FROM {cases} c
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND length(c.trace) > 0 AND {chosen}
GROUP BY c.variant
ORDER BY count(*) DESC, c.variant;

-- name: timed_variants
-- The same, with the median cycle time: first start to last completion.
SELECT count(*), any_value(c.trace),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.ended_at - c.started_at)::float8)
FROM {cases} c
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND length(c.trace) > 0 AND {chosen}
GROUP BY c.variant
ORDER BY count(*) DESC, c.variant;

-- name: objects
-- The objects of the chosen cases of a process.
SELECT c.object_key
FROM {cases} c
WHERE c.process = (SELECT code FROM mining.term WHERE name = %(process)s) AND {chosen}
ORDER BY c.object_key;
