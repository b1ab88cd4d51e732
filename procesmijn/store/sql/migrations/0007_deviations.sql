-- What has to hold in every case of a process, and where cases leave it.

CREATE TABLE mining.deviation (
    object_key int8        NOT NULL,
    process    int4        NOT NULL,
    rule       int4        NOT NULL,
    at_event   uuid        NOT NULL,
    activity   int4        NOT NULL,
    party      int4        NOT NULL,
    since_at   timestamptz NOT NULL,
    since_on   date        NOT NULL,
    change_id  int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_key, process, rule, at_event)
);
CREATE INDEX deviation_of_rule ON mining.deviation (process, rule);
COMMENT ON TABLE mining.deviation IS 'Where a case leaves a rule of its process. Only cases that do have rows: one for each completion that breaks it.';
COMMENT ON COLUMN mining.deviation.at_event IS 'The completion that breaks the rule, or that something had to follow in time.';
COMMENT ON COLUMN mining.deviation.since_at IS 'When the rule was broken: at that completion, or when the time was over, which may still be to come.';

CREATE TABLE mining.process_rule (
    process int4 NOT NULL, code int4 NOT NULL, kind text NOT NULL, label_nl text NOT NULL,
    label_en text NOT NULL, sentence_nl text NOT NULL, sentence_en text NOT NULL,
    activity int4 NOT NULL, other int4, about text NOT NULL CHECK (about IN ('activity', 'either', 'both')),
    PRIMARY KEY (process, code)
);
COMMENT ON TABLE mining.process_rule IS 'Rules of the processes of the active catalogue.';
COMMENT ON COLUMN mining.process_rule.about IS 'Of which cases it says something: of those with the activity, with that or the other, or with both.';

CREATE FUNCTION mining.first_done(trace bytea, activity int4) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (
        SELECT timestamptz 'epoch' + reverse(substr(trace, place + 8, 8))::int8 * interval '1 microsecond'
        FROM generate_series(1, length(trace), 16) AS place
        WHERE substr(trace, place, 4) = reverse(int4send(activity))
        ORDER BY place LIMIT 1
    );
COMMENT ON FUNCTION mining.first_done IS 'When an activity was first completed, by the trace of a case; null where it never was.';

CREATE VIEW mining.checked AS
SELECT c.object_key, c.process, r.code AS rule, c.started_at
FROM mining.process_rule r
JOIN mining."case" c ON c.process = r.process
CROSS JOIN LATERAL (
    SELECT mining.first_done(c.trace, r.activity) <= bi.as_of() AS one,
           r.about <> 'activity' AND mining.first_done(c.trace, r.other) <= bi.as_of() AS two
) has
WHERE CASE r.about WHEN 'activity' THEN one WHEN 'either' THEN one OR two ELSE one AND two END;
COMMENT ON VIEW mining.checked IS 'The cases that each rule says something of, as of bi.as_of().';

CREATE VIEW bi.fct_deviation AS
SELECT d.at_event || '/' || r.name || '/' || p.name || '/' || o.object_id AS deviation_id,
       p.name AS process,
       o.object_id AS case_key,
       r.name AS rule,
       k.kind,
       a.name AS activity,
       q.name AS party,
       d.since_at,
       d.since_on,
       d.change_id,
       d.updated_at
FROM mining.deviation d
JOIN mining.object o USING (object_key)
JOIN mining.term p ON p.code = d.process
JOIN mining.term r ON r.code = d.rule
JOIN mining.term a ON a.code = d.activity
LEFT JOIN mining.term q ON q.code = d.party
LEFT JOIN mining.process_rule k ON (k.process, k.code) = (d.process, d.rule)
WHERE d.since_at <= bi.as_of();
COMMENT ON VIEW bi.fct_deviation IS 'One deviation as of bi.as_of(), by event time: a completion in a case that breaks a rule of its process. Retired cases leave it.';
COMMENT ON COLUMN bi.fct_deviation.deviation_id IS 'Stable key of the deviation.';
COMMENT ON COLUMN bi.fct_deviation.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.fct_deviation.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_deviation.rule IS 'The rule; with process the key of dim_rule.';
COMMENT ON COLUMN bi.fct_deviation.kind IS 'Kind of the rule: takes part, only after, never both, within, at most, or different people.';
COMMENT ON COLUMN bi.fct_deviation.activity IS 'What was completed there, or had to be followed in time.';
COMMENT ON COLUMN bi.fct_deviation.party IS 'Party that did it; null where none is known.';
COMMENT ON COLUMN bi.fct_deviation.since_at IS 'When the rule was broken: at that completion, or when the time was over.';
COMMENT ON COLUMN bi.fct_deviation.since_on IS 'Its local date, in the zone of the process.';
COMMENT ON COLUMN bi.fct_deviation.change_id IS 'Grows with every change; see bi.safe_change_id(). One whose time is over by the clock alone gets none.';
COMMENT ON COLUMN bi.fct_deviation.updated_at IS 'When this row was last written.';

CREATE VIEW bi.agg_deviation_monthly WITH (security_barrier) AS
WITH broken AS (
    SELECT object_key, process, rule, count(*) AS deviations
    FROM mining.deviation
    WHERE since_at <= bi.as_of()
    GROUP BY object_key, process, rule
)
SELECT p.name AS process,
       date_trunc('month', c.started_at AT TIME ZONE d.time_zone)::date AS month,
       r.name AS rule,
       count(*) AS cases,
       count(b.object_key) AS deviating_cases,
       count(b.object_key) / count(*)::numeric AS share_deviating,
       COALESCE(sum(b.deviations), 0)::int8 AS deviations
FROM mining.checked c
JOIN mining.process d ON d.code = c.process
JOIN mining.term p ON p.code = c.process
JOIN mining.term r ON r.code = c.rule
LEFT JOIN broken b USING (object_key, process, rule)
GROUP BY 1, 2, 3
HAVING count(*) >= bi.small_group();
COMMENT ON VIEW bi.agg_deviation_monthly IS 'Rules by process and month in which the case started, for readers: of how many cases each says something, and how many leave it, as of bi.as_of(), which readers cannot choose. Months of too few cases are hidden. Retired cases leave it.';
COMMENT ON COLUMN bi.agg_deviation_monthly.process IS 'Process; key of dim_process.';
COMMENT ON COLUMN bi.agg_deviation_monthly.month IS 'First day of the month in which the case started, local.';
COMMENT ON COLUMN bi.agg_deviation_monthly.rule IS 'The rule; with process the key of dim_rule.';
COMMENT ON COLUMN bi.agg_deviation_monthly.cases IS 'Cases that the rule says something of, never below bi.small_group().';
COMMENT ON COLUMN bi.agg_deviation_monthly.deviating_cases IS 'Those of them that leave it at least once.';
COMMENT ON COLUMN bi.agg_deviation_monthly.share_deviating IS 'deviating_cases of cases.';
COMMENT ON COLUMN bi.agg_deviation_monthly.deviations IS 'How often, in all.';

CREATE VIEW bi.dim_rule AS
SELECT p.name AS process, t.name AS rule, r.kind, r.label_nl, r.label_en, r.sentence_nl, r.sentence_en
FROM mining.process_rule r
JOIN mining.term p ON p.code = r.process
JOIN mining.term t ON t.code = r.code;
COMMENT ON VIEW bi.dim_rule IS 'What has to hold in every case of a process, as the catalogue declares it.';
COMMENT ON COLUMN bi.dim_rule.process IS 'Process; with rule the key.';
COMMENT ON COLUMN bi.dim_rule.rule IS 'Name of the rule.';
COMMENT ON COLUMN bi.dim_rule.kind IS 'takes part, only after, never both, within, at most, or different people.';
COMMENT ON COLUMN bi.dim_rule.label_nl IS 'Label in Dutch; the sentence where none is declared.';
COMMENT ON COLUMN bi.dim_rule.label_en IS 'Label in English; the sentence where none is declared.';
COMMENT ON COLUMN bi.dim_rule.sentence_nl IS 'What is checked, in Dutch.';
COMMENT ON COLUMN bi.dim_rule.sentence_en IS 'What is checked, in English.';

GRANT SELECT ON bi.agg_deviation_monthly, bi.dim_rule TO bi_reader;
GRANT SELECT ON bi.fct_deviation, bi.agg_deviation_monthly, bi.dim_rule TO bi_analyst;
