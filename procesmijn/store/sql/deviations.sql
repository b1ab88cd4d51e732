-- name: rules
-- Every rule of the processes, how many cases of a period it says something of, and how many leave it.
-- Cases are those that started in the period.
WITH checked AS (
    SELECT c.process, c.rule, c.object_key
    FROM mining.checked c
    JOIN mining.process d ON d.code = c.process
    CROSS JOIN LATERAL (SELECT (c.started_at AT TIME ZONE d.time_zone)::date AS day) started
    WHERE (%(process)s::text IS NULL OR c.process = (SELECT code FROM mining.term WHERE name = %(process)s))
      AND (%(since)s::date IS NULL OR day >= %(since)s) AND (%(until)s::date IS NULL OR day < %(until)s)
), broken AS (
    SELECT process, rule, object_key, count(*) AS deviations, max(since_at) AS last_at
    FROM mining.deviation
    WHERE since_at <= bi.as_of()
      AND (%(party)s::text IS NULL OR party = (SELECT code FROM mining.term WHERE name = %(party)s))
    GROUP BY process, rule, object_key
)
SELECT r.process, r.rule, r.kind, r.sentence_nl, r.sentence_en, r.label_nl, r.label_en,
       count(c.object_key) AS cases,
       count(b.object_key) AS deviating_cases,
       count(b.object_key) / NULLIF(count(c.object_key), 0)::float8 AS share_deviating,
       COALESCE(sum(b.deviations), 0)::int8 AS deviations,
       max(b.last_at) AS last_deviation_at
FROM bi.dim_rule r
JOIN mining.term p ON p.name = r.process
JOIN mining.term t ON t.name = r.rule
LEFT JOIN checked c ON (c.process, c.rule) = (p.code, t.code)
LEFT JOIN broken b ON (b.process, b.rule, b.object_key) = (c.process, c.rule, c.object_key)
WHERE %(process)s::text IS NULL OR r.process = %(process)s
GROUP BY r.process, r.rule, r.kind, r.sentence_nl, r.sentence_en, r.label_nl, r.label_en
ORDER BY r.process, r.rule;

-- name: deviations
-- Deviations of a period, the last first, in the columns of bi.fct_deviation.
SELECT f.*
FROM bi.fct_deviation f
WHERE (%(process)s::text IS NULL OR f.process = %(process)s)
  AND (%(rule)s::text IS NULL OR f.rule = %(rule)s)
  AND (%(party)s::text IS NULL OR f.party = %(party)s)
  AND (%(since)s::date IS NULL OR f.since_on >= %(since)s)
  AND (%(until)s::date IS NULL OR f.since_on < %(until)s)
ORDER BY f.since_at DESC, f.deviation_id;

-- name: names
-- Names of the rules in force.
SELECT rule FROM bi.dim_rule WHERE %(process)s::text IS NULL OR process = %(process)s;
