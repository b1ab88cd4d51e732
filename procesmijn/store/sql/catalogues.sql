-- name: queue
-- One activation at a time, and none while a batch is at work. It waits in a queue, and batches that
-- come after it wait for it: sharing the row would let batches pass it for ever.
SELECT pg_advisory_xact_lock(7261, 1);

-- name: share
-- Step 1 of a batch: the rules stay as they are until its end.
SELECT pg_advisory_xact_lock_shared(7261, 1);

-- name: in_force
-- Which they are; read in a later statement than the lock.
SELECT catalogue_id, core_version, activated_at FROM mining.catalogue WHERE is_active;

-- name: one_moment
-- Nothing that is activated between the next statements shows in the later ones only.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: active
-- The catalogue in force.
SELECT catalogue_id, digest, document::text, core_version, activated_at
FROM mining.catalogue WHERE is_active;

-- name: active_rules
-- By object type, the rules in force.
SELECT object_type, rules_id, digest FROM mining.rules WHERE is_active;

-- name: promised
-- Types of objects whose cases any catalogue so far had agreements for: only of these deliveries can
-- be stored.
SELECT DISTINCT c.document #>> ARRAY['processes', a.value ->> 'process', 'case']
FROM mining.catalogue c CROSS JOIN LATERAL jsonb_each(c.document -> 'agreements') a;

-- name: ruled
-- Types of objects whose cases any catalogue so far had rules for: only of these deviations can be
-- stored.
SELECT DISTINCT p.value ->> 'case'
FROM mining.catalogue c CROSS JOIN LATERAL jsonb_each(c.document -> 'processes') p
WHERE p.value ? 'rules';

-- name: retire
-- No catalogue is in force, for as long as this transaction lasts.
UPDATE mining.catalogue SET is_active = false WHERE is_active;

-- name: activate
-- This one is.
INSERT INTO mining.catalogue (digest, document, small_group, core_version, is_active)
VALUES (%(digest)s, %(document)s::jsonb, %(small_group)s, %(core_version)s, true)
ON CONFLICT (digest) DO UPDATE
    SET is_active = true, core_version = EXCLUDED.core_version, activated_at = now()
RETURNING catalogue_id;

-- name: retire_rules
-- Rules of the catalogue before.
UPDATE mining.rules SET is_active = false WHERE is_active;

-- name: activate_rules
-- Rules of one object type.
INSERT INTO mining.rules (object_type, digest, is_active) VALUES (%(object_type)s, %(digest)s, true)
ON CONFLICT (object_type, digest) DO UPDATE SET is_active = true;

-- name: clear
-- The tables of the active catalogue are made anew; calendars that stay as they are stay.
DELETE FROM mining.party;
DELETE FROM mining.process;
DELETE FROM mining.activity;
DELETE FROM mining.deliverable;
DELETE FROM mining.agreement;
DELETE FROM mining.process_rule;

-- name: add_party
-- One party.
INSERT INTO mining.party
    (code, label_nl, label_en, kind, parent, members, calendar, is_end_customer)
VALUES (%(code)s, %(label_nl)s, %(label_en)s, %(kind)s, %(parent)s, %(members)s, %(calendar)s,
        %(is_end_customer)s);

-- name: add_process
-- One process.
INSERT INTO mining.process (code, label_nl, label_en, object_type, time_zone, calendar, has_end)
VALUES (%(code)s, %(label_nl)s, %(label_en)s, %(object_type)s, %(time_zone)s, %(calendar)s, %(has_end)s);

-- name: add_activity
-- One activity of a process.
INSERT INTO mining.activity (process, code, label_nl, label_en, is_start, is_end, party)
VALUES (%(process)s, %(code)s, %(label_nl)s, %(label_en)s, %(is_start)s, %(is_end)s, %(party)s);

-- name: add_rule
-- One rule of a process.
INSERT INTO mining.process_rule
    (process, code, kind, label_nl, label_en, sentence_nl, sentence_en, activity, other, about)
VALUES (%(process)s, %(code)s, %(kind)s, %(label_nl)s, %(label_en)s, %(sentence_nl)s,
        %(sentence_en)s, %(activity)s, %(other)s, %(about)s);

-- name: add_deliverable
-- One deliverable.
INSERT INTO mining.deliverable
    (code, label_nl, label_en, supplier, staff_role, purpose_nl, purpose_en, contact)
VALUES (%(code)s, %(label_nl)s, %(label_en)s, %(supplier)s, %(staff_role)s, %(purpose_nl)s,
        %(purpose_en)s, %(contact)s);

-- name: add_agreement
-- One version of an agreement.
INSERT INTO mining.agreement
    (code, version, label_nl, label_en, process, deliverable, supplier, customer, valid_from,
     valid_until, lead_time, target, first_time_right_target, return_window)
VALUES (%(code)s, %(version)s, %(label_nl)s, %(label_en)s, %(process)s, %(deliverable)s,
        %(supplier)s, %(customer)s, %(valid_from)s, %(valid_until)s, %(lead_time)s, %(target)s,
        %(first_time_right_target)s, %(return_window)s);

-- name: calendar_digests
-- Which calendars are there, and in which form.
SELECT code, digest FROM mining.calendar;

-- name: drop_calendar
-- A calendar that changed or is gone.
WITH gone AS (DELETE FROM mining.calendar WHERE code = %(code)s)
DELETE FROM mining.calendar_stretch WHERE calendar = %(code)s;

-- name: add_calendar
-- A calendar; its stretches come by COPY.
INSERT INTO mining.calendar (code, time_zone, digest) VALUES (%(code)s, %(time_zone)s, %(digest)s);

-- name: copy_stretches
-- The stretches of calendars, with the working time before each.
COPY mining.calendar_stretch (calendar, opens_at, closes_at, worked_us) FROM STDIN (FORMAT BINARY);

-- name: stale
-- Objects whose facts were made by other rules than those in force, a chunk at a time.
SELECT o.object_key
FROM mining.object o
JOIN mining.term t ON t.code = o.object_type
LEFT JOIN mining.rules r ON r.object_type = t.name AND r.is_active
WHERE o.object_key > %(after)s AND o.retirement IS NULL AND o.rules_id <> COALESCE(r.rules_id, 0)
ORDER BY o.object_key
LIMIT %(limit)s;

-- name: count_stale
-- How many there are.
SELECT count(*)
FROM mining.object o
JOIN mining.term t ON t.code = o.object_type
LEFT JOIN mining.rules r ON r.object_type = t.name AND r.is_active
WHERE o.retirement IS NULL AND o.rules_id <> COALESCE(r.rules_id, 0);
