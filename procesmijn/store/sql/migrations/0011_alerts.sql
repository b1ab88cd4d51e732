-- What somebody is to be told, as a function of facts, catalogue and moment; and the log of what was.

CREATE VIEW mining.alert AS
SELECT a.name AS alert, a.value ->> 'when' AS kind,
       (EXTRACT(epoch FROM (a.value ->> 'before')::interval) * 1000000)::int8 AS before_us,
       (a.value ->> 'least')::int8 AS least,
       a.value -> 'parties' AS parties, a.value -> 'processes' AS processes,
       a.value -> 'agreements' AS agreements, a.value -> 'rules' AS rules
FROM mining.catalogue k
CROSS JOIN LATERAL jsonb_each(COALESCE(k.document -> 'alerts', '{}')) AS a (name, value)
WHERE k.is_active;
COMMENT ON VIEW mining.alert IS 'Alerts of the active catalogue.';

CREATE FUNCTION mining.working_before(calendar int4, at timestamptz, us int8) RETURNS timestamptz
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT s.opens_at + (goal.us - s.worked_us) * interval '1 microsecond'
        FROM (SELECT mining.worked_until_us(calendar, at) - working_before.us AS us) goal
        JOIN mining.calendar_stretch s ON s.calendar = working_before.calendar AND s.opens_at <= at
        WHERE s.worked_us <= goal.us
        ORDER BY s.opens_at DESC
        LIMIT 1);
COMMENT ON FUNCTION mining.working_before IS 'The last instant from which on so much working time is left until another; null where there is none.';

CREATE FUNCTION mining.alerts_between(since timestamptz, until timestamptz)
RETURNS TABLE (alert_id text, alert text, kind text, alert_at timestamptz, alert_on date, due_at timestamptz, process text,
               case_key text, agreement text, deliverable text, rule text, cadence text, topic text, supplier text, customer text)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER BEGIN ATOMIC
WITH RECURSIVE wanted AS MATERIALIZED (
    SELECT * FROM mining.alert
), watched AS (
    SELECT w.alert, t.code AS party
    FROM wanted w
    CROSS JOIN LATERAL jsonb_array_elements_text(w.parties) AS named (name)
    JOIN mining.term t ON t.name = named.name
    UNION
    SELECT w.alert, p.code FROM watched w JOIN mining.party p ON p.parent = w.party
), stretch AS (
    SELECT d.object_key, d.process, d.agreement, d.opened_event, d.deliverable, d.supplier, d.customer, s.*
    FROM mining.delivery d
    CROSS JOIN LATERAL (
        SELECT told.since_at, told.due_at, told.returns, told.standing,
               lead(told.since_at, 1, 'infinity') OVER (ORDER BY told.since_at) AS until_at,
               lag(told.returns, 1, 0) OVER (ORDER BY told.since_at) AS returns_before
        FROM (
            SELECT mining.instant_in(d.course, at) AS since_at, mining.instant_in(d.course, at + 8) AS due_at,
                   substr(d.course, at + 72, 4)::int4 AS returns, substr(d.course, at + 84, 2)::int2 AS standing
            FROM generate_series(1, length(d.course), 92) AS at
            UNION ALL
            SELECT d.since_at, d.due_at, d.returns, d.standing
        ) told
    ) s
    WHERE EXISTS (SELECT FROM wanted w WHERE w.kind IN ('about to be late', 'late', 'returned twice'))
      -- Nothing of the others can lie in between: an alert of an earlier stretch lies before the last.
      AND (d.since_at >= alerts_between.since OR (d.due_at >= alerts_between.since AND d.due_at < 'infinity'))
), of_deliveries AS (
    -- What is late, and returned and late again, is late once for each due moment.
    SELECT DISTINCT ON (w.alert, s.object_key, s.process, s.agreement, s.opened_event, f.key_at)
           w.alert, w.kind, s.opened_event || '/' || a.name || '/' || o.object_id AS fact, f.key_at,
           f.alert_at, NULLIF(s.due_at, 'infinity') AS due_at, p.name AS process, o.object_id AS case_key, a.name AS agreement,
           s.deliverable, NULL::text AS rule, NULL::text AS cadence, NULL::text AS topic, s.supplier, s.customer
    FROM stretch s
    JOIN wanted w ON w.kind IN ('about to be late', 'late', 'returned twice')
    CROSS JOIN LATERAL (
        SELECT CASE w.kind
                   WHEN 'late' THEN GREATEST(s.since_at, s.due_at)
                   WHEN 'about to be late' THEN GREATEST(s.since_at, mining.working_before(mining.calendar_of(s.supplier), s.due_at, w.before_us))
                   ELSE s.since_at
               END AS alert_at,
               CASE w.kind WHEN 'returned twice' THEN s.since_at ELSE s.due_at END AS key_at
    ) f
    JOIN mining.object o USING (object_key)
    JOIN mining.term p ON p.code = s.process
    JOIN mining.term a ON a.code = s.agreement
    WHERE CASE w.kind
              WHEN 'late' THEN s.standing = 1 AND s.due_at < 'infinity' AND f.alert_at < s.until_at
              WHEN 'about to be late' THEN s.standing = 1 AND s.due_at < 'infinity' AND f.alert_at < LEAST(s.until_at, s.due_at)
              ELSE s.returns >= 2 AND s.returns_before < 2
          END
      AND (w.processes IS NULL OR w.processes ? p.name)
      AND (w.agreements IS NULL OR w.agreements ? a.name)
    ORDER BY w.alert, s.object_key, s.process, s.agreement, s.opened_event, f.key_at, f.alert_at
), of_rules AS (
    SELECT w.alert, w.kind, d.at_event || '/' || r.name || '/' || p.name || '/' || o.object_id AS fact, d.since_at AS key_at,
           d.since_at AS alert_at, NULL::timestamptz AS due_at, p.name AS process, o.object_id AS case_key,
           NULL::text AS agreement, NULL::int4 AS deliverable, r.name AS rule, NULL::text AS cadence, NULL::text AS topic,
           d.party AS supplier, NULL::int4 AS customer
    FROM mining.deviation d
    JOIN wanted w ON w.kind = 'rule broken'
    JOIN mining.object o USING (object_key)
    JOIN mining.term p ON p.code = d.process
    JOIN mining.term r ON r.code = d.rule
    WHERE d.since_at >= alerts_between.since
      AND (w.processes IS NULL OR w.processes ? p.name)
      AND (w.rules IS NULL OR w.rules ? r.name)
), of_cadences AS (
    SELECT w.alert, w.kind, c.cadence || '/' || c.customer AS fact, e.ends_at AS key_at,
           e.ends_at AS alert_at, e.ends_at AS due_at, NULL::text AS process, NULL::text AS case_key, NULL::text AS agreement,
           NULL::int4 AS deliverable, NULL::text AS rule, c.cadence, NULL::text AS topic, s.code AS supplier, t.code AS customer
    FROM mining.cadence c
    JOIN wanted w ON w.kind = 'cadence missed'
    JOIN mining.term s ON s.name = c.supplier
    JOIN mining.term t ON t.name = c.customer
    CROSS JOIN LATERAL (
        SELECT CASE c.every WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || c.every)::interval END AS step,
               COALESCE((SELECT k.time_zone FROM mining.calendar k WHERE k.code = mining.calendar_of(s.code)), 'UTC') AS zone,
               COALESCE(c.since, (SELECT min(held_on) FROM bi.fct_conversation))::timestamp AS holds_since
    ) h
    CROSS JOIN LATERAL generate_series(
        date_trunc(c.every, GREATEST(h.holds_since, (alerts_between.since AT TIME ZONE h.zone) - 2 * h.step)),
        LEAST(alerts_between.until, bi.as_of()) AT TIME ZONE h.zone, h.step) AS begins
    CROSS JOIN LATERAL (SELECT (begins + h.step) AT TIME ZONE h.zone AS ends_at) e
    WHERE h.holds_since IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM bi.fct_conversation v
          WHERE v.supplier = c.supplier AND v.held_on >= begins::date AND v.held_on < (begins + h.step)::date
            AND (v.customer = c.customer OR mining.is_part_of((SELECT code FROM mining.term WHERE name = v.customer), t.code)))
), refused AS (
    SELECT d.topic, d.recorded_at, date_trunc('hour', d.recorded_at, 'UTC') AS hour,
           row_number() OVER (PARTITION BY d.topic, date_trunc('hour', d.recorded_at, 'UTC')
                              ORDER BY d.recorded_at, d.partition, d."offset") AS number
    FROM stream.dead_letter d
    WHERE EXISTS (SELECT FROM wanted w WHERE w.kind = 'dead letters rising')
      AND d.recorded_at >= date_trunc('hour', alerts_between.since, 'UTC') - interval '1 hour'
), of_topics AS (
    SELECT w.alert, w.kind, f.topic AS fact, f.hour AS key_at,
           f.recorded_at AS alert_at, NULL::timestamptz AS due_at, NULL::text AS process, NULL::text AS case_key,
           NULL::text AS agreement, NULL::int4 AS deliverable, NULL::text AS rule, NULL::text AS cadence, f.topic,
           NULL::int4 AS supplier, NULL::int4 AS customer
    FROM refused f
    JOIN wanted w ON w.kind = 'dead letters rising'
    LEFT JOIN (SELECT r.topic, r.hour, count(*) AS records FROM refused r GROUP BY r.topic, r.hour) b
        ON b.topic = f.topic AND b.hour = f.hour - interval '1 hour'
    WHERE f.number = GREATEST(w.least, 2 * COALESCE(b.records, 0) + 1)
), found AS (
    SELECT * FROM of_deliveries UNION ALL SELECT * FROM of_rules
    UNION ALL SELECT * FROM of_cadences UNION ALL SELECT * FROM of_topics
)
SELECT f.alert || '/' || f.fact || '/' || to_char(f.key_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       f.alert, f.kind, f.alert_at, mining.local_date(f.alert_at, s.name), f.due_at, f.process, f.case_key,
       f.agreement, d.name, f.rule, f.cadence, f.topic, s.name, c.name
FROM found f
JOIN wanted w USING (alert)
LEFT JOIN mining.term d ON d.code = f.deliverable
LEFT JOIN mining.term s ON s.code = f.supplier
LEFT JOIN mining.term c ON c.code = f.customer
WHERE f.alert_at >= alerts_between.since
  AND f.alert_at <= LEAST(alerts_between.until, bi.as_of())
  AND (w.parties IS NULL OR EXISTS (
      SELECT FROM watched v WHERE v.alert = f.alert AND v.party IN (f.supplier, f.customer)));
END;
COMMENT ON FUNCTION mining.alerts_between IS 'What bi.alert_due has between two instants, both included, and no more work than that takes.';

CREATE VIEW bi.alert_due AS
SELECT alert_id, alert, kind, alert_at, alert_on, due_at, process, case_key, agreement, deliverable, rule, cadence, topic,
       supplier, customer
FROM mining.alerts_between('-infinity', 'infinity');
COMMENT ON VIEW bi.alert_due IS 'What somebody was to be told of until bi.as_of(), by the alerts of the catalogue of now: a function of facts, so whether anybody was told is elsewhere. Retired cases leave it.';
COMMENT ON COLUMN bi.alert_due.alert_id IS 'Key: the alert, what it is about, and the moment for which that was due.';
COMMENT ON COLUMN bi.alert_due.alert IS 'Alert of the catalogue.';
COMMENT ON COLUMN bi.alert_due.kind IS 'about to be late, late, returned twice, cadence missed, rule broken, or dead letters rising.';
COMMENT ON COLUMN bi.alert_due.alert_at IS 'When it was to be told: the first moment at which it was so.';
COMMENT ON COLUMN bi.alert_due.alert_on IS 'Its local date, in the zone of the supplier.';
COMMENT ON COLUMN bi.alert_due.due_at IS 'When the delivery was due then, or the end of the period without a conversation; else null.';
COMMENT ON COLUMN bi.alert_due.process IS 'Process of the case that it is about; key of dim_process.';
COMMENT ON COLUMN bi.alert_due.case_key IS 'The object that the case is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.alert_due.agreement IS 'Agreement of the delivery that it is about.';
COMMENT ON COLUMN bi.alert_due.deliverable IS 'What is delivered; key of dim_deliverable.';
COMMENT ON COLUMN bi.alert_due.rule IS 'The rule that was broken; with process the key of dim_rule.';
COMMENT ON COLUMN bi.alert_due.cadence IS 'The cadence that was missed.';
COMMENT ON COLUMN bi.alert_due.topic IS 'The topic of which more records are refused.';
COMMENT ON COLUMN bi.alert_due.supplier IS 'Party that supplies, was to speak with its customer, or broke the rule; key of dim_party.';
COMMENT ON COLUMN bi.alert_due.customer IS 'Party that receives, or was to be spoken with; key of dim_party.';
GRANT SELECT ON bi.alert_due TO bi_analyst;

CREATE TABLE stream.alert_message (
    message     uuid        NOT NULL PRIMARY KEY DEFAULT gen_random_uuid(),
    channel     text        NOT NULL,
    receiver    text        NOT NULL,
    composed_at timestamptz NOT NULL DEFAULT now(),
    tries       int4        NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    trouble     text,
    sent_at     timestamptz
);
CREATE INDEX alert_message_waiting ON stream.alert_message (next_try_at) WHERE sent_at IS NULL;
COMMENT ON TABLE stream.alert_message IS 'Messages in which alerts are told: what is in one never changes, so that a second try says the same under the same id.';
COMMENT ON COLUMN stream.alert_message.next_try_at IS 'Set when a try begins, so that whoever dies over it leaves it to the next one.';
COMMENT ON COLUMN stream.alert_message.trouble IS 'Why the last try failed.';

CREATE TABLE stream.alert (
    alert_id text        NOT NULL,
    channel  text        NOT NULL,
    receiver text        NOT NULL,
    content  jsonb       NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now(),
    message  uuid        REFERENCES stream.alert_message,
    PRIMARY KEY (alert_id, channel, receiver)
);
CREATE INDEX alert_in_message ON stream.alert (message);
COMMENT ON TABLE stream.alert IS 'What somebody is told, once each: noted when it was found to be due, and since then in a message or waiting for one.';
COMMENT ON COLUMN stream.alert.receiver IS 'The address, of mail; else empty.';
COMMENT ON COLUMN stream.alert.content IS 'The row of bi.alert_due as it was then; or a party and a week of which it gets the summary.';
