-- When running cases end, for BI tools: by the same definition as procesmijn/core/past.py and
-- forecasts.py, and with the same results to the microsecond. What the parts mean is said there.

CREATE FUNCTION mining.worked_at(calendar int4, worked_us int8, after timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT s.opens_at + (worked_at.worked_us - s.worked_us) * interval '1 microsecond'
        FROM mining.calendar_stretch s
        WHERE s.calendar = worked_at.calendar
          AND s.opens_at >= COALESCE((
              SELECT max(f.opens_at) FROM mining.calendar_stretch f
              WHERE f.calendar = worked_at.calendar AND f.opens_at <= after), '-infinity')
          AND s.worked_us + (EXTRACT(epoch FROM s.closes_at - s.opens_at) * 1000000)::int8 >= worked_at.worked_us
        ORDER BY s.opens_at
        LIMIT 1);
COMMENT ON FUNCTION mining.worked_at IS 'The first instant, from about an earlier one on, by which so much has been worked on a calendar since the beginning of 1970: mining.worked_until_us turned back. Null where that is never.';

CREATE FUNCTION mining.forecast(process int4)
RETURNS TABLE (
    case_key text, activity int4, since timestamptz, expected_at timestamptz, earliest_at timestamptz,
    latest_at timestamptz, cases int8, alike text, is_working bool
) LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 BEGIN ATOMIC
WITH moment AS MATERIALIZED (
    SELECT bi.as_of() AS at, (EXTRACT(epoch FROM bi.as_of()) * 1000000)::int8 AS at_us
), meant AS (
    (SELECT c.object_key, c.trace, c.started_at FROM mining."case" c, moment, mining.process d
     WHERE d.code = forecast.process AND c.process = d.code AND d.has_end AND c.closed_at <= moment.at
     ORDER BY c.closed_at DESC, c.object_key LIMIT 2000)
    UNION ALL
    SELECT c.object_key, c.trace, c.started_at FROM mining."case" c, moment, mining.process d
    WHERE d.code = forecast.process AND c.process = d.code AND d.has_end
      AND c.closed_at > moment.at AND c.started_at <= moment.at
    UNION ALL
    (SELECT c.object_key, c.trace, c.started_at FROM mining."case" c, moment, mining.process d
     WHERE d.code = forecast.process AND c.process = d.code AND NOT d.has_end AND c.started_at <= moment.at
     ORDER BY c.started_at DESC, c.object_key LIMIT 2000)
), ways AS (
    SELECT m.object_key, m.started_at, g.place,
           reverse(substr(m.trace, g.place * 16 + 1, 4))::int4 AS activity,
           reverse(substr(m.trace, g.place * 16 + 9, 8))::int8 AS completed_us
    FROM meant m CROSS JOIN LATERAL generate_series(0, length(m.trace) / 16 - 1) AS g (place)
), steps AS (  -- the way so far by its bytes, what was done as a sum of hashes: whatever the order
    SELECT w.*,
           lead(w.completed_us) OVER in_order AS left_us,
           md5(string_agg(int4send(w.activity), ''::bytea) OVER in_order) AS way,
           sum(w.hash) OVER in_order AS done
    FROM (
        SELECT w.*, CASE WHEN row_number() OVER (PARTITION BY w.object_key, w.activity ORDER BY w.place) = 1
                         THEN hashint8extended(w.activity, 7)::numeric ELSE 0 END AS hash
        FROM ways w, moment WHERE w.completed_us <= moment.at_us
    ) w
    WINDOW in_order AS (PARTITION BY w.object_key ORDER BY w.place)
), quiet AS (
    SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY left_us - completed_us) AS us FROM steps
), lasts AS (
    SELECT s.*, CASE
               WHEN d.has_end THEN EXISTS (
                   SELECT FROM mining.activity a
                   WHERE a.process = d.code AND a.code = s.activity AND a.is_end)
               ELSE moment.at_us - s.completed_us > quiet.us END AS has_ended
    FROM steps s, moment, quiet, mining.process d
    WHERE d.code = forecast.process AND s.left_us IS NULL
), ended AS MATERIALIZED (
    SELECT l.object_key, l.completed_us, EXISTS (
               SELECT FROM mining.calendar_stretch t, mining.process d
               WHERE d.code = forecast.process AND t.calendar = d.calendar
                 AND t.opens_at = (SELECT max(f.opens_at) FROM mining.calendar_stretch f
                                   WHERE f.calendar = d.calendar
                                     AND f.opens_at <= timestamptz 'epoch' + l.completed_us * interval '1 microsecond')
                 AND t.closes_at >= timestamptz 'epoch' + l.completed_us * interval '1 microsecond'
           ) AS in_hours
    FROM lasts l
    WHERE l.has_ended
), clock AS MATERIALIZED (
    SELECT CASE WHEN (SELECT count(*) FILTER (WHERE in_hours) * 2 > count(*) FROM ended) THEN d.calendar END AS calendar,
           d.has_end
    FROM mining.process d WHERE d.code = forecast.process
), timed AS MATERIALIZED (
    SELECT s.*, COALESCE(mining.worked_until_us(
               clock.calendar, timestamptz 'epoch' + s.completed_us * interval '1 microsecond'), s.completed_us) AS clock_us
    FROM steps s, clock
), now AS (
    SELECT moment.at, COALESCE(mining.worked_until_us(clock.calendar, moment.at), moment.at_us) AS clock_us
    FROM moment, clock
), past AS MATERIALIZED (
    SELECT s.object_key, s.way, s.done, s.activity, s.left_us IS NULL AS is_last,
           lead(s.clock_us) OVER in_order - s.clock_us AS stayed_us,
           last_value(s.clock_us) OVER (in_order ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - s.clock_us AS remained_us,
           s.left_us > s.completed_us OR s.left_us IS NULL AND NOT clock.has_end AS was_seen
    FROM timed s JOIN ended e USING (object_key) CROSS JOIN clock
    WINDOW in_order AS (PARTITION BY s.object_key ORDER BY s.place)
), running AS (
    SELECT s.object_key, s.way, s.done, s.activity, s.completed_us, now.clock_us - s.clock_us AS spent_us
    FROM timed s JOIN lasts l USING (object_key, place) CROSS JOIN now
    WHERE NOT l.has_ended
), alike AS (
    SELECT r.object_key, v.view, count(DISTINCT p.object_key) AS cases,
           array_agg(a.ahead_us ORDER BY a.ahead_us) AS ahead_us,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY a.ahead_us) AS median_us
    FROM running r
    JOIN past p ON p.activity = r.activity AND p.was_seen AND (p.is_last OR p.stayed_us >= r.spent_us)
    CROSS JOIN LATERAL (
        SELECT 1 AS view WHERE p.way = r.way
        UNION ALL SELECT 2 WHERE p.done = r.done
        UNION ALL SELECT 3
    ) v
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.is_last THEN 0 ELSE p.remained_us - r.spent_us END AS ahead_us
    ) a
    GROUP BY r.object_key, v.view
    HAVING count(DISTINCT p.object_key) >= 10
), finest AS (
    SELECT DISTINCT ON (object_key) *, cardinality(ahead_us) AS n FROM alike ORDER BY object_key, view
)
SELECT o.object_id, r.activity, timestamptz 'epoch' + r.completed_us * interval '1 microsecond',
       t.instants[1], t.instants[2], t.instants[3],
       COALESCE(f.cases, 0), (ARRAY['way', 'done', 'last'])[f.view], clock.calendar IS NOT NULL
FROM running r
JOIN mining.object o USING (object_key)
CROSS JOIN clock
CROSS JOIN now
LEFT JOIN finest f USING (object_key)
LEFT JOIN LATERAL (
    SELECT array_agg(CASE
               WHEN clock.calendar IS NULL THEN now.at + a.us * interval '1 microsecond'
               ELSE GREATEST(mining.worked_at(clock.calendar, now.clock_us + a.us, now.at), now.at)
           END ORDER BY a.place) AS instants
    FROM (VALUES (1, trunc(f.median_us)::int8), (2, f.ahead_us[(f.n + 1) / 10]),
                 (3, f.ahead_us[f.n - (f.n + 1) / 10 + 1])) AS a (place, us)
) t ON f.object_key IS NOT NULL;
END;
COMMENT ON FUNCTION mining.forecast IS 'When the cases of a process that run are expected to end, as of bi.as_of(), from those that ended last.';

CREATE VIEW bi.fct_forecast AS
SELECT p.name AS process, f.case_key, a.name AS after_activity, f.since,
       f.expected_at, f.earliest_at, f.latest_at,
       (f.expected_at AT TIME ZONE d.time_zone)::date AS expected_on,
       f.cases, f.alike, CASE WHEN f.is_working THEN 'working' ELSE 'elapsed' END AS clock
FROM mining.process d
JOIN mining.term p USING (code)
CROSS JOIN LATERAL mining.forecast(d.code) f
JOIN mining.term a ON a.code = f.activity;
COMMENT ON VIEW bi.fct_forecast IS 'When each case that runs as of bi.as_of() is expected to end, from past cases that were where it is.';
COMMENT ON COLUMN bi.fct_forecast.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_forecast.case_key IS 'The object that the case is about; a pseudonym where it is a person. With process the key.';
COMMENT ON COLUMN bi.fct_forecast.after_activity IS 'What was completed last in it.';
COMMENT ON COLUMN bi.fct_forecast.since IS 'When that was.';
COMMENT ON COLUMN bi.fct_forecast.expected_at IS 'Half of such cases had ended by then; null where fewer than ten were like it.';
COMMENT ON COLUMN bi.fct_forecast.earliest_at IS 'Eight of ten such cases end between this and latest_at.';
COMMENT ON COLUMN bi.fct_forecast.latest_at IS 'See earliest_at.';
COMMENT ON COLUMN bi.fct_forecast.expected_on IS 'Local date of expected_at, in the zone of the process.';
COMMENT ON COLUMN bi.fct_forecast.cases IS 'How many past cases were like it; 0 where too few were.';
COMMENT ON COLUMN bi.fct_forecast.alike IS 'How alike they were: way (the same steps up to here), done (the same was done, and the same last), last (the same was done last).';
COMMENT ON COLUMN bi.fct_forecast.clock IS 'How their durations are counted: working time of the calendar of the process, or elapsed.';
GRANT SELECT ON bi.fct_forecast TO bi_analyst;
