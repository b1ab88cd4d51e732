-- What customers say: ratings, complaints and conversations. They are told by the events themselves,
-- so nothing is stored of them, and no other event costs anything for them.

CREATE INDEX event_of_voice ON stream.event (type, occurred_at)
    WHERE type IN ('rating.requested', 'rating.given', 'rating.lapsed', 'complaint.filed', 'complaint.settled', 'conversation.held');

CREATE VIEW mining.said AS
SELECT e.event_key, e.type, e.occurred_at, e.started_at, e.sequence, e.party, e.receiver, e.data, e.objects,
       e.stored_at, split_part(e.type, '.', 1) AS noun,
       COALESCE(o.id, 'event/' || e.event_key) AS subject
FROM stream.event e
LEFT JOIN LATERAL (
    SELECT k.id FROM mining.objects_of(e.objects) k WHERE k.type = split_part(e.type, '.', 1)
) o ON true
WHERE e.type IN ('rating.requested', 'rating.given', 'rating.lapsed', 'complaint.filed', 'complaint.settled', 'conversation.held')
  AND NOT e.is_retracted AND e.occurred_at <= bi.as_of();
COMMENT ON VIEW mining.said IS 'What is said of a rating, a complaint or a conversation, by its id; without one the event is its own.';

CREATE FUNCTION mining.is_part_of(party int4, whole int4) RETURNS bool
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER BEGIN ATOMIC
WITH RECURSIVE climb AS (
    SELECT is_part_of.party AS code
    UNION
    SELECT p.parent FROM climb c JOIN mining.party p ON p.code = c.code WHERE p.parent IS NOT NULL
)
SELECT EXISTS (SELECT FROM climb WHERE code = is_part_of.whole);
END;
COMMENT ON FUNCTION mining.is_part_of IS 'Whether a party of the catalogue is another one, or a part of it.';

CREATE FUNCTION mining.about(objects jsonb, supplier text, customer text, deliverable text, at timestamptz)
RETURNS TABLE (process int4, object_key int8, agreement int4, opened_event uuid)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 1 BEGIN ATOMIC
SELECT f.process, f.object_key, f.agreement, f.opened_event
FROM (
    (SELECT d.process, d.object_key, d.agreement, d.opened_event, 1 AS rank
     FROM mining.objects_of(objects) n
     CROSS JOIN LATERAL (SELECT * FROM mining.delivery w WHERE w.object_key = n.key OFFSET 0) d
     WHERE n.type NOT IN ('rating', 'complaint')
       AND d.first_delivered_at <= about.at
       AND d.supplier = (SELECT code FROM mining.term WHERE name = about.supplier)
       AND mining.is_part_of((SELECT code FROM mining.term WHERE name = about.customer), d.customer)
       AND (about.deliverable IS NULL
            OR d.deliverable = (SELECT code FROM mining.term WHERE name = about.deliverable))
       AND (d.request = 0 OR NOT EXISTS (SELECT FROM mining.objects_of(objects) r WHERE r.type = 'request')
            OR d.request IN (SELECT r.key FROM mining.objects_of(objects) r))
     ORDER BY d.first_delivered_at DESC, d.agreement, d.opened_event LIMIT 1)
    UNION ALL
    (SELECT d.process, d.object_key, NULL, NULL, 2
     FROM mining.objects_of(objects) n
     CROSS JOIN LATERAL (SELECT * FROM mining."case" w WHERE w.object_key = n.key OFFSET 0) d
     WHERE n.type NOT IN ('rating', 'complaint')
     ORDER BY (SELECT name FROM mining.term WHERE code = d.process), d.object_key LIMIT 1)
) f
ORDER BY f.rank LIMIT 1;
END;
COMMENT ON FUNCTION mining.about IS 'What it is about that is said: the last delivery by that moment from the supplier to the customer, or to whom that one belongs, in a case that is named; else such a case.';

CREATE VIEW mining.rating AS
SELECT r.rating_id, r.status, r.question, r.supplier, r.customer, r.deliverable, r.requested_at, r.answered_at,
       r.lapsed_at, r.lowest, r.highest, r.score, a.process, a.object_key, a.agreement, a.opened_event, r.updated_at
FROM (
    SELECT subject AS rating_id,
           CASE WHEN (given).event_key IS NOT NULL THEN 'answered' WHEN lapsed_at IS NOT NULL THEN 'lapsed' ELSE 'open' END AS status,
           COALESCE((given).data ->> 'question', (first).data ->> 'question', 'satisfaction') AS question,
           COALESCE((given).data ->> 'supplier', (first).data ->> 'supplier') AS supplier,
           COALESCE((given).party, (first).receiver, (first).party) AS customer,
           COALESCE((given).data ->> 'deliverable', (first).data ->> 'deliverable') AS deliverable,
           requested_at, (given).occurred_at AS answered_at, lapsed_at,
           ((given).data ->> 'lowest')::int4 AS lowest,
           ((given).data ->> 'highest')::int4 AS highest,
           ((given).data ->> 'score')::int4 AS score,
           (first).objects AS objects, (first).occurred_at AS first_at, updated_at
    FROM (
        SELECT subject,
               (array_agg(s ORDER BY occurred_at, sequence, event_key))[1] AS first,
               (array_agg(s ORDER BY occurred_at DESC, sequence DESC, event_key DESC) FILTER (WHERE type = 'rating.given'))[1] AS given,
               min(occurred_at) FILTER (WHERE type = 'rating.requested') AS requested_at,
               min(occurred_at) FILTER (WHERE type = 'rating.lapsed') AS lapsed_at,
               max(stored_at) AS updated_at
        FROM mining.said s
        WHERE type IN ('rating.requested', 'rating.given', 'rating.lapsed')
        GROUP BY subject
    ) told
) r
LEFT JOIN LATERAL mining.about(r.objects, r.supplier, r.customer, r.deliverable, r.first_at) a ON true;
COMMENT ON VIEW mining.rating IS 'Every rating that was asked for or given, as of bi.as_of(): of several answers the last.';

CREATE FUNCTION mining.local_date(at timestamptz, party text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
    RETURN (at AT TIME ZONE COALESCE(
        (SELECT k.time_zone FROM mining.calendar k
         WHERE k.code = mining.calendar_of((SELECT code FROM mining.term WHERE name = party))), 'UTC'))::date;
COMMENT ON FUNCTION mining.local_date IS 'The local date of an instant, in the zone of the calendar of a party.';

CREATE VIEW bi.fct_rating AS
SELECT r.rating_id,
       r.status,
       r.question,
       r.supplier,
       r.customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       r.deliverable,
       r.requested_at,
       r.answered_at,
       r.lapsed_at,
       mining.local_date(COALESCE(r.requested_at, r.answered_at, r.lapsed_at), r.supplier) AS asked_on,
       mining.local_date(r.answered_at, r.supplier) AS answered_on,
       r.lowest,
       r.highest,
       r.score,
       1 + 9 * (r.score - r.lowest)::numeric / (r.highest - r.lowest) AS mark,
       CASE
           WHEN round(10 * (r.score - r.lowest)::numeric / (r.highest - r.lowest)) >= 9 THEN 'promoter'
           WHEN round(10 * (r.score - r.lowest)::numeric / (r.highest - r.lowest)) <= 6 THEN 'detractor'
           WHEN r.score IS NOT NULL THEN 'passive'
       END AS stance,
       p.name AS process,
       o.object_id AS case_key,
       r.opened_event || '/' || a.name || '/' || o.object_id AS delivery_id,
       r.updated_at
FROM mining.rating r
LEFT JOIN mining.term p ON p.code = r.process
LEFT JOIN mining.object o USING (object_key)
LEFT JOIN mining.term a ON a.code = r.agreement
LEFT JOIN mining.term c ON c.name = r.customer
LEFT JOIN mining.party e ON e.code = c.code;
COMMENT ON VIEW bi.fct_rating IS 'One rating that was asked for or given, as of bi.as_of().';
COMMENT ON COLUMN bi.fct_rating.rating_id IS 'Key: the id of the rating; of one without an id, its event.';
COMMENT ON COLUMN bi.fct_rating.status IS 'answered; lapsed: closed without an answer; open: asked, and neither yet.';
COMMENT ON COLUMN bi.fct_rating.question IS 'What was asked: satisfaction (so too without a code), recommendation, or another code of the source.';
COMMENT ON COLUMN bi.fct_rating.supplier IS 'Party that is rated; key of dim_party.';
COMMENT ON COLUMN bi.fct_rating.customer IS 'Party that answered, or was asked; key of dim_party. Null where neither is said.';
COMMENT ON COLUMN bi.fct_rating.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_rating.deliverable IS 'What it is about, where that is said.';
COMMENT ON COLUMN bi.fct_rating.requested_at IS 'When it was asked; null where it came unasked.';
COMMENT ON COLUMN bi.fct_rating.answered_at IS 'When it was answered; of several answers the last.';
COMMENT ON COLUMN bi.fct_rating.lapsed_at IS 'When it closed without an answer.';
COMMENT ON COLUMN bi.fct_rating.asked_on IS 'Local date on which it was asked, else answered, in the zone of the supplier: the period to which it belongs.';
COMMENT ON COLUMN bi.fct_rating.answered_on IS 'Local date of the answer, in the zone of the supplier.';
COMMENT ON COLUMN bi.fct_rating.lowest IS 'The worst score of the scale.';
COMMENT ON COLUMN bi.fct_rating.highest IS 'The best score of the scale.';
COMMENT ON COLUMN bi.fct_rating.score IS 'The score, as it was given.';
COMMENT ON COLUMN bi.fct_rating.mark IS 'The score as a mark from 1 to 10.';
COMMENT ON COLUMN bi.fct_rating.stance IS 'On a scale from 0 to 10, rounded: promoter from 9 on, detractor up to 6, else passive.';
COMMENT ON COLUMN bi.fct_rating.process IS 'Process of the case that it is about, where it is about one; key of dim_process.';
COMMENT ON COLUMN bi.fct_rating.case_key IS 'The case that it is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_rating.delivery_id IS 'The delivery that it is about: in that case the last one from the supplier to the customer, or to whom that one belongs, when it was asked; key of fct_delivery.';
COMMENT ON COLUMN bi.fct_rating.updated_at IS 'When the last of its events was stored.';

CREATE VIEW bi.fct_complaint AS
SELECT r.complaint_id,
       r.supplier,
       r.customer,
       CASE WHEN e.is_end_customer THEN 'end' ELSE 'internal' END AS customer_role,
       r.handler,
       r.category,
       r.outcome,
       r.filed_at,
       mining.local_date(r.filed_at, r.supplier) AS filed_on,
       r.settled_at,
       r.settled_at IS NULL AS is_open,
       EXTRACT(epoch FROM COALESCE(r.settled_at, bi.as_of()) - r.filed_at) AS handling_seconds,
       mining.working_us(mining.calendar_of(h.code), r.filed_at, COALESCE(r.settled_at, bi.as_of())) / 1e6 AS handling_working_seconds,
       p.name AS process,
       o.object_id AS case_key,
       x.opened_event || '/' || a.name || '/' || o.object_id AS delivery_id,
       r.updated_at
FROM (
    SELECT subject AS complaint_id,
           COALESCE((filed).data ->> 'supplier', (settled).data ->> 'supplier') AS supplier,
           (filed).party AS customer,
           COALESCE((settled).party, (filed).receiver) AS handler,
           (filed).data ->> 'category' AS category,
           (settled).data ->> 'outcome' AS outcome,
           COALESCE((filed).data ->> 'deliverable', (settled).data ->> 'deliverable') AS deliverable,
           (filed).occurred_at AS filed_at,
           (settled).occurred_at AS settled_at,
           (filed).objects AS objects, updated_at
    FROM (
        SELECT subject,
               (array_agg(s ORDER BY occurred_at, sequence, event_key) FILTER (WHERE type = 'complaint.filed'))[1] AS filed,
               (array_agg(s ORDER BY occurred_at DESC, sequence DESC, event_key DESC) FILTER (WHERE type = 'complaint.settled'))[1] AS settled,
               max(stored_at) AS updated_at
        FROM mining.said s
        WHERE type IN ('complaint.filed', 'complaint.settled')
        GROUP BY subject
    ) told
    WHERE (filed).event_key IS NOT NULL
) r
LEFT JOIN LATERAL mining.about(r.objects, r.supplier, r.customer, r.deliverable, r.filed_at) x ON true
LEFT JOIN mining.term p ON p.code = x.process
LEFT JOIN mining.object o USING (object_key)
LEFT JOIN mining.term a ON a.code = x.agreement
LEFT JOIN mining.term h ON h.name = r.handler
LEFT JOIN mining.term c ON c.name = r.customer
LEFT JOIN mining.party e ON e.code = c.code;
COMMENT ON VIEW bi.fct_complaint IS 'One complaint, as of bi.as_of(): from its filing to when it was last settled.';
COMMENT ON COLUMN bi.fct_complaint.complaint_id IS 'Key: the id of the complaint.';
COMMENT ON COLUMN bi.fct_complaint.supplier IS 'Party that it is about; null where that is not known. Key of dim_party.';
COMMENT ON COLUMN bi.fct_complaint.customer IS 'Party that complains.';
COMMENT ON COLUMN bi.fct_complaint.customer_role IS 'internal, or end: the customer outside, for whom the chain exists.';
COMMENT ON COLUMN bi.fct_complaint.handler IS 'Party that settled it, or is to.';
COMMENT ON COLUMN bi.fct_complaint.category IS 'What it is about, as a code of the source.';
COMMENT ON COLUMN bi.fct_complaint.outcome IS 'How it was settled, as a code of the source.';
COMMENT ON COLUMN bi.fct_complaint.filed_at IS 'When it was filed.';
COMMENT ON COLUMN bi.fct_complaint.filed_on IS 'Its local date, in the zone of the supplier.';
COMMENT ON COLUMN bi.fct_complaint.settled_at IS 'When it was settled, the last time; null while it is open.';
COMMENT ON COLUMN bi.fct_complaint.is_open IS 'Not settled yet.';
COMMENT ON COLUMN bi.fct_complaint.handling_seconds IS 'Handling time: elapsed seconds from its filing until it was settled, or until bi.as_of().';
COMMENT ON COLUMN bi.fct_complaint.handling_working_seconds IS 'The same on the calendar of the handler.';
COMMENT ON COLUMN bi.fct_complaint.process IS 'Process of the case that it is about, where it is about one; key of dim_process.';
COMMENT ON COLUMN bi.fct_complaint.case_key IS 'The case that it is about; a pseudonym where it is a person.';
COMMENT ON COLUMN bi.fct_complaint.delivery_id IS 'The delivery that it is about, found as that of a rating; key of fct_delivery.';
COMMENT ON COLUMN bi.fct_complaint.updated_at IS 'When the last of its events was stored.';

CREATE VIEW bi.fct_conversation AS
SELECT s.subject AS conversation_id,
       s.data ->> 'supplier' AS supplier,
       c.customer,
       s.data ->> 'kind' AS kind,
       NULLIF(s.started_at, 'infinity') AS started_at,
       s.occurred_at AS held_at,
       mining.local_date(s.occurred_at, s.data ->> 'supplier') AS held_on,
       s.stored_at AS updated_at
FROM (
    SELECT DISTINCT ON (subject) * FROM mining.said WHERE type = 'conversation.held'
    ORDER BY subject, occurred_at DESC, sequence DESC, event_key DESC
) s
CROSS JOIN LATERAL (
    SELECT DISTINCT jsonb_array_elements_text(s.data -> 'customers') AS customer
) c;
COMMENT ON VIEW bi.fct_conversation IS 'One conversation of a supplier with one of the customers that took part, as of bi.as_of().';
COMMENT ON COLUMN bi.fct_conversation.conversation_id IS 'The conversation; with customer the key.';
COMMENT ON COLUMN bi.fct_conversation.supplier IS 'Party that spoke with its customers; key of dim_party.';
COMMENT ON COLUMN bi.fct_conversation.customer IS 'A party that it spoke with; key of dim_party.';
COMMENT ON COLUMN bi.fct_conversation.kind IS 'The kind of conversation, as a code of the source.';
COMMENT ON COLUMN bi.fct_conversation.started_at IS 'When it began, where that is said.';
COMMENT ON COLUMN bi.fct_conversation.held_at IS 'When it had been held.';
COMMENT ON COLUMN bi.fct_conversation.held_on IS 'Its local date, in the zone of the supplier.';
COMMENT ON COLUMN bi.fct_conversation.updated_at IS 'When its event was stored.';

CREATE VIEW bi.agg_rating_monthly WITH (security_barrier) AS
SELECT date_trunc('month', r.asked_on)::date AS month,
       s.name AS supplier,
       c.name AS customer,
       r.question,
       count(*) AS asked,
       count(*) FILTER (WHERE r.status = 'answered') AS answered,
       avg(r.mark) AS mark_mean,
       count(*) FILTER (WHERE r.stance = 'promoter') AS promoters,
       count(*) FILTER (WHERE r.stance = 'detractor') AS detractors
FROM bi.fct_rating r
JOIN mining.term ts ON ts.name = r.supplier
JOIN mining.reported_party rs ON rs.code = ts.code
JOIN mining.term s ON s.code = rs.reported
JOIN mining.term tc ON tc.name = r.customer
JOIN mining.reported_party rc ON rc.code = tc.code
JOIN mining.term c ON c.code = rc.reported
WHERE rs.reported <> rc.reported
GROUP BY date_trunc('month', r.asked_on), s.name, c.name, r.question
HAVING count(*) FILTER (WHERE r.status = 'answered') >= bi.small_group();
COMMENT ON VIEW bi.agg_rating_monthly IS 'Ratings by month, supplier, customer and question, for readers: cells of too few answers are hidden, small and undeclared parties are not named. As of bi.as_of(), which readers cannot choose.';
COMMENT ON COLUMN bi.agg_rating_monthly.month IS 'First day of the month in which it was asked, else answered, local.';
COMMENT ON COLUMN bi.agg_rating_monthly.supplier IS 'Party that is rated, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_rating_monthly.customer IS 'Party that answered, or was asked, or the parent that it reports as.';
COMMENT ON COLUMN bi.agg_rating_monthly.question IS 'satisfaction, recommendation, or another code of the source.';
COMMENT ON COLUMN bi.agg_rating_monthly.asked IS 'Ratings that were asked for or given.';
COMMENT ON COLUMN bi.agg_rating_monthly.answered IS 'Those of them that were answered, never below bi.small_group().';
COMMENT ON COLUMN bi.agg_rating_monthly.mark_mean IS 'Mean mark, from 1 to 10.';
COMMENT ON COLUMN bi.agg_rating_monthly.promoters IS 'Answers of 9 or 10, on a scale from 0 to 10.';
COMMENT ON COLUMN bi.agg_rating_monthly.detractors IS 'Answers of 6 and below.';

GRANT SELECT ON bi.fct_rating, bi.fct_complaint, bi.fct_conversation, bi.agg_rating_monthly TO bi_analyst;
GRANT SELECT ON bi.agg_rating_monthly TO bi_reader;
