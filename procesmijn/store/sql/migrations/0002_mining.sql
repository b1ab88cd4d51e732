-- What was computed: terms, rules, objects with their packed events, the facts, the roll-ups.

CREATE SCHEMA mining;
COMMENT ON SCHEMA mining IS 'What was computed from the events. Every row can be made again; procesmijn verify proves it.';

CREATE TABLE mining.term (
    code int4 NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE
);
COMMENT ON TABLE mining.term IS 'A number for every name that facts speak of. Rows are only ever added.';

CREATE TABLE mining.catalogue (
    catalogue_id int4        NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest       text        NOT NULL UNIQUE,
    document     jsonb       NOT NULL,
    small_group  int4        NOT NULL,
    core_version int4        NOT NULL,
    is_active    bool        NOT NULL DEFAULT false,
    activated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX catalogue_one_is_active ON mining.catalogue (is_active) WHERE is_active;
COMMENT ON TABLE mining.catalogue IS 'Who supplies what to whom. Each version once, by the hash of its content; one is active.';
COMMENT ON COLUMN mining.catalogue.document IS 'The catalogue as JSON, performers as pseudonyms.';
COMMENT ON COLUMN mining.catalogue.core_version IS 'Version of the core that computes: part of the rules.';

CREATE TABLE mining.rules (
    rules_id    int4 NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    object_type text NOT NULL,
    digest      text NOT NULL,
    is_active   bool NOT NULL DEFAULT false,
    UNIQUE (object_type, digest)
);
CREATE UNIQUE INDEX rules_one_is_active ON mining.rules (object_type) WHERE is_active;
COMMENT ON TABLE mining.rules IS 'Everything that decides how the objects of one type are mined, by hash: a catalogue that changes nothing for a type leaves its cases alone.';

CREATE TABLE mining.object (
    object_key  int8 NOT NULL PRIMARY KEY,
    object_type int4 NOT NULL,
    object_id   text NOT NULL,
    entries     int4 NOT NULL,
    events      int4 NOT NULL,
    rules_id    int4 NOT NULL,
    retirement  int4
) WITH (fillfactor = 70);
CREATE INDEX object_retired ON mining.object (retirement) WHERE retirement IS NOT NULL;
COMMENT ON TABLE mining.object IS 'Every object that an event speaks of. Its row is the lock of its packs and of its cases.';
COMMENT ON COLUMN mining.object.object_key IS 'First 8 bytes of SHA-256 of type and id.';
COMMENT ON COLUMN mining.object.entries IS 'Entries in its packs, replaced ones included; grows with every write, so it tells whether anything came in between.';
COMMENT ON COLUMN mining.object.events IS 'Events that stand. Over 10,000 the object is stored and not mined.';
COMMENT ON COLUMN mining.object.rules_id IS 'The rules that its facts were made by; 0 where no process has such cases.';
COMMENT ON COLUMN mining.object.retirement IS 'Its cases have left, in this retirement: nothing more is stored of it, its id neither. The row stays, so that what comes too late is known as such.';

CREATE TABLE mining.pack (
    object_key int8  NOT NULL,
    chunk      int4  NOT NULL,
    events     bytea NOT NULL,
    PRIMARY KEY (object_key, chunk)
) WITH (fillfactor = 60);
ALTER TABLE mining.pack ALTER COLUMN events SET STORAGE MAIN;
COMMENT ON TABLE mining.pack IS 'The events of an object as fixed-width entries, appended only: a cache of stream.event that makes recomputing a case one read.';

CREATE TABLE mining."case" (
    object_key       int8        NOT NULL,
    process          int4        NOT NULL,
    started_at       timestamptz NOT NULL,
    ended_at         timestamptz NOT NULL,
    closed_at        timestamptz NOT NULL,
    processing_us    int8        NOT NULL,
    events           int4        NOT NULL,
    unassigned       int4        NOT NULL,
    handovers        int4        NOT NULL,
    parties          int4        NOT NULL,
    revisits         int4        NOT NULL,
    revisits_direct  int4        NOT NULL,
    pingpongs        int4        NOT NULL,
    pingpongs_direct int4        NOT NULL,
    repeats          int4        NOT NULL,
    variant          int8        NOT NULL,
    trace_hash       int8        NOT NULL,
    trace            bytea       NOT NULL,
    change_id        int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_key, process)
) WITH (fillfactor = 70);
CREATE INDEX case_by_start ON mining."case" (process, started_at);
COMMENT ON TABLE mining."case" IS 'One case: an object in a process. Missing instants are infinity.';
COMMENT ON COLUMN mining."case".trace IS 'Completed activities in order of completion: activity code (int4), local date (int4, days since 1970) and completion (int8, microseconds since 1970), little-endian.';

CREATE TABLE mining.handover (
    object_key      int8        NOT NULL,
    process         int4        NOT NULL,
    to_event        uuid        NOT NULL,
    from_event      uuid        NOT NULL,
    supplier        int4        NOT NULL,
    customer        int4        NOT NULL,
    from_activity   int4        NOT NULL,
    to_activity     int4        NOT NULL,
    delivered_at    timestamptz NOT NULL,
    picked_up_at    timestamptz NOT NULL,
    delivered_on    date        NOT NULL,
    picked_up_on    date        NOT NULL,
    previous_on     date        NOT NULL,
    wait_us         int8        NOT NULL,
    wait_working_us int8        NOT NULL,
    case_wait_us    int8        NOT NULL,
    case_wait_working_us int8   NOT NULL,
    pickup_basis    int2        NOT NULL,
    change_id       int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_key, process, to_event)
);
CREATE INDEX handover_by_day ON mining.handover (process, picked_up_on);
COMMENT ON TABLE mining.handover IS 'One handover: work in a case passed from the supplier to the customer.';
COMMENT ON COLUMN mining.handover.previous_on IS 'Local date on which the handover before it in the case, between the same two parties, was picked up; -infinity where it is the first. So the different cases of a period are those whose previous one lies before it: they add up.';
COMMENT ON COLUMN mining.handover.case_wait_us IS 'Of wait_us, the time in which the case waited here: nobody worked on it, and no handover waited that was picked up later. Over the handovers of a case it adds up, with its processing and the waiting at none, to its cycle time.';
COMMENT ON COLUMN mining.handover.pickup_basis IS '1: picked up at a known start; 2: at the completion, since no start is known.';

CREATE TABLE mining.pending (
    object_key   int8        NOT NULL,
    process      int4        NOT NULL,
    from_event   uuid        NOT NULL,
    supplier     int4        NOT NULL,
    customer     int4        NOT NULL,
    activity     int4        NOT NULL,
    delivered_at timestamptz NOT NULL,
    delivered_on date        NOT NULL,
    settled_at   timestamptz NOT NULL,
    change_id    int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_key, process, from_event)
);
CREATE INDEX pending_until ON mining.pending (settled_at);
COMMENT ON TABLE mining.pending IS 'A party was named to act next. It waits until settled_at; infinity while it still does.';

CREATE TABLE mining.repeat (
    object_key     int8        NOT NULL,
    process        int4        NOT NULL,
    again_event    uuid        NOT NULL,
    activity       int4        NOT NULL,
    party          int4        NOT NULL,
    supplier       int4        NOT NULL,
    customer       int4        NOT NULL,
    handover_event uuid        NOT NULL,
    since_at       timestamptz NOT NULL,
    started_at     timestamptz NOT NULL,
    completed_at   timestamptz NOT NULL,
    completed_on   date        NOT NULL,
    is_pingpong    int2        NOT NULL,
    change_id      int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_key, process, again_event)
);
CREATE INDEX repeat_by_day ON mining.repeat (process, completed_on);
COMMENT ON TABLE mining.repeat IS 'One repeat: an activity that was completed again in its case. Only few cases have any, and their rows say how many.';
COMMENT ON COLUMN mining.repeat.supplier IS 'Between whom it arose (procesmijn/core/repeats.py): whose work was done again; 0 where nobody''s is known.';
COMMENT ON COLUMN mining.repeat.customer IS 'For whom it was not right: who handed the case back, or did the work of another one again; 0 where a party did its own again by itself.';
COMMENT ON COLUMN mining.repeat.handover_event IS 'The handover by which the case came to who does it again, since it was done before; zeros where none did.';
COMMENT ON COLUMN mining.repeat.since_at IS 'When that handover was delivered, else when the repeat was started; infinity where neither is known.';

CREATE TABLE mining.delivery (
    object_key         int8        NOT NULL,
    process            int4        NOT NULL,
    agreement          int4        NOT NULL,
    opened_event       uuid        NOT NULL,
    request            int8        NOT NULL,
    version            int4        NOT NULL,
    deliverable        int4        NOT NULL,
    supplier           int4        NOT NULL,
    customer           int4        NOT NULL,
    requested_by       int4        NOT NULL,
    requested_at       timestamptz NOT NULL,
    requested_on       date        NOT NULL,
    promised_at        timestamptz NOT NULL,
    cancelled_at       timestamptz NOT NULL,
    since_at           timestamptz NOT NULL,
    due_at             timestamptz NOT NULL,
    first_delivered_at timestamptz NOT NULL,
    delivered_at       timestamptz NOT NULL,
    accepted_at        timestamptz NOT NULL,
    returned_at        timestamptz NOT NULL,
    returnable_at      timestamptz NOT NULL,
    supplier_us        int8        NOT NULL,
    due_on             date        NOT NULL,
    delivered_on       date        NOT NULL,
    returns            int4        NOT NULL,
    late_returns       int4        NOT NULL,
    pauses             int4        NOT NULL,
    standing           int2        NOT NULL,
    is_paused          int2        NOT NULL,
    right_first        int2        NOT NULL,
    outcome            int2        NOT NULL,
    digest             int8        NOT NULL,
    course             bytea       NOT NULL,
    change_id          int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    updated_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (object_key, process, agreement, opened_event)
) WITH (fillfactor = 40);
-- Ranges of pages by time, which cost a changed row nothing: it may stay on its page. What is open has an
-- index that a row leaves once.
CREATE INDEX delivery_by_time ON mining.delivery USING brin (since_at, due_on, delivered_on)
    WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX delivery_open ON mining.delivery (agreement) WHERE standing = 1;
COMMENT ON TABLE mining.delivery IS 'One delivery under an agreement, as it stands for all that is known: so since since_at. How it stood before is its course; mining.delivery_as_of has both. Missing instants are infinity.';
COMMENT ON COLUMN mining.delivery.opened_event IS 'The event that requests it; where it is unasked, that delivers it.';
COMMENT ON COLUMN mining.delivery.request IS 'Key of the request; 0 where its events name none.';
COMMENT ON COLUMN mining.delivery.requested_by IS 'Party of the event that requests it; 0 where it has none, and of what is unasked.';
COMMENT ON COLUMN mining.delivery.standing IS '1: open (asked for, or returned), 2: delivered, 3: accepted, 4: cancelled.';
COMMENT ON COLUMN mining.delivery.promised_at IS 'Due by the request alone; due_at is with all pauses, and infinity while one lasts.';
COMMENT ON COLUMN mining.delivery.supplier_us IS 'On the clock of the supplier until since_at.';
COMMENT ON COLUMN mining.delivery.right_first IS '1: right the first time, 2: not; 0: not known from events.';
COMMENT ON COLUMN mining.delivery.outcome IS 'Of advice, as its acceptance says. 1: followed, 2: not. As it was delivered, where its agreement says what a refusal is. 3: approved, 4: rejected. 0: not said.';
COMMENT ON COLUMN mining.delivery.digest IS 'Hash of the other columns, in the codes of this database.';
COMMENT ON COLUMN mining.delivery.course IS 'The stretches of time before, in order, each of 92 bytes, all numbers big-endian: from when (int8, microseconds since 1970), then due_at to returnable_at in the order of the columns, supplier_us, the two dates (int4, days since 1970), three counts (int4), and four int2. The largest int8 is no instant.';

CREATE TABLE mining.removed (
    kind       text        NOT NULL,
    object_key int8        NOT NULL,
    process    int4        NOT NULL,
    event_key  uuid,
    agreement  int4,
    rule       int4,
    change_id  int8        NOT NULL DEFAULT pg_current_xact_id()::text::int8,
    removed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX removed_by_change ON mining.removed (change_id);
COMMENT ON TABLE mining.removed IS 'Keys of facts that a late event, a correction or other rules took away: for tools that load what changed.';

CREATE TABLE mining.handover_day (
    process         int4 NOT NULL,
    day             date NOT NULL,
    supplier        int4 NOT NULL,
    customer        int4 NOT NULL,
    pickup_basis    int2 NOT NULL,
    shard           int2 NOT NULL,
    n               int8 NOT NULL,
    wait_us         int8 NOT NULL,
    wait_working_us int8 NOT NULL,
    PRIMARY KEY (process, day, supplier, customer, pickup_basis, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE mining.handover_day IS 'Handovers by local day of pick-up. Add up the shards: each worker has its own, so that none waits for another.';

CREATE TABLE mining.flow_day (
    process       int4 NOT NULL,
    day           date NOT NULL,
    from_activity int4 NOT NULL,
    to_activity   int4 NOT NULL,
    shard         int2 NOT NULL,
    n             int8 NOT NULL,
    wait_us       int8 NOT NULL,
    PRIMARY KEY (process, day, from_activity, to_activity, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE mining.flow_day IS 'Directly-follows counts by local day of the later completion; activity 0 stands before the first and after the last. Add up the shards.';

-- What stays of retired cases: figures, without anything that leads back to a case or a person.

CREATE SEQUENCE mining.sealed_case_number;

CREATE TABLE mining.sealed_handover (
    retirement      int4 NOT NULL,
    case_number     int8 NOT NULL,
    process         int4 NOT NULL,
    picked_up_on    date NOT NULL,
    previous_on     date NOT NULL,
    supplier        int4 NOT NULL,
    customer        int4 NOT NULL,
    pickup_basis    int2 NOT NULL,
    wait_us         int8 NOT NULL,
    wait_working_us int8 NOT NULL
);
CREATE INDEX sealed_handover_of_retirement ON mining.sealed_handover (retirement);
COMMENT ON TABLE mining.sealed_handover IS 'Handovers of retired cases, as far as percentiles and numbers of cases need them.';
COMMENT ON COLUMN mining.sealed_handover.case_number IS 'The same for the handovers of one case, and drawn anew: it leads nowhere.';

CREATE TABLE mining.sealed_delivery (
    retirement   int4 NOT NULL,
    case_number  int8 NOT NULL,
    process      int4 NOT NULL,
    agreement    int4 NOT NULL,
    deliverable  int4 NOT NULL,
    supplier     int4 NOT NULL,
    customer     int4 NOT NULL,
    standing     int2 NOT NULL,
    is_asked     bool NOT NULL,
    due_on       date NOT NULL,
    delivered_on date NOT NULL,
    returns      int4 NOT NULL,
    outcome      int2 NOT NULL,
    supplier_us  int8 NOT NULL,
    customer_us  int8,
    is_delivered bool NOT NULL,
    is_due       bool NOT NULL,
    is_met       bool NOT NULL,
    is_right     bool
);
CREATE INDEX sealed_delivery_of_retirement ON mining.sealed_delivery (retirement);
COMMENT ON TABLE mining.sealed_delivery IS 'Deliveries of retired cases as they stood, as far as figures need them.';

CREATE TABLE mining.sealed_flow (
    retirement    int4 NOT NULL,
    process       int4 NOT NULL,
    day           date NOT NULL,
    from_activity int4 NOT NULL,
    to_activity   int4 NOT NULL,
    n             int8 NOT NULL,
    wait_us       int8 NOT NULL,
    PRIMARY KEY (retirement, process, day, from_activity, to_activity)
);
COMMENT ON TABLE mining.sealed_flow IS 'The share of retired cases in mining.flow_day.';

CREATE TABLE mining.sealed_case (
    retirement int4 NOT NULL,
    process    int4 NOT NULL,
    cases      int8 NOT NULL,
    PRIMARY KEY (retirement, process)
);
COMMENT ON TABLE mining.sealed_case IS 'How many cases of each process have left.';

CREATE VIEW mining.measured_handover AS
SELECT object_key, process, picked_up_at, picked_up_on, previous_on, supplier, customer, pickup_basis,
       wait_us, wait_working_us
FROM mining.handover
UNION ALL
SELECT case_number, process, picked_up_on::timestamp AT TIME ZONE 'UTC', picked_up_on, previous_on,
       supplier, customer, pickup_basis, wait_us, wait_working_us
FROM mining.sealed_handover;
COMMENT ON VIEW mining.measured_handover IS 'Every handover that figures are made of, those of retired cases among them: of these only the date is known, and object_key is a number that leads nowhere.';

-- What figures over long periods are made of: kept for months that nothing was written to since.

CREATE TABLE mining.month_version (
    kind    text NOT NULL,
    process int4 NOT NULL,
    month   date NOT NULL,
    shard   int2 NOT NULL,
    version int8 NOT NULL,
    PRIMARY KEY (kind, process, month, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE mining.month_version IS 'Rises with every batch that changes the facts of a month, in the same transaction. Each worker has its own row; added up they only ever rise, so two equal sums say that nothing came in between.';
COMMENT ON COLUMN mining.month_version.kind IS 'handover: by local month of pick-up; flow and variant: by month of the first start of the case, UTC.';

CREATE TABLE mining.kept (
    kind    text  NOT NULL,
    process int4  NOT NULL,
    since   date  NOT NULL,
    until   date  NOT NULL,
    version int8  NOT NULL,
    records int8  NOT NULL,
    groups  bytea NOT NULL,
    bins    bytea NOT NULL,
    counts  bytea NOT NULL,
    PRIMARY KEY (kind, process, since, until)
);
ALTER TABLE mining.kept ALTER groups SET STORAGE EXTERNAL, ALTER bins SET STORAGE EXTERNAL,
    ALTER counts SET STORAGE EXTERNAL;
COMMENT ON TABLE mining.kept IS 'How often which duration was met in a month or a year, counted in bins (procesmijn/core/tally.py): a cache of the facts, that holds for whoever finds the sum of the versions of its months to be its version.';

CREATE TABLE mining.way (
    process int4  NOT NULL,
    variant int8  NOT NULL,
    trace   bytea NOT NULL,
    PRIMARY KEY (process, variant)
);
COMMENT ON TABLE mining.way IS 'One trace of each variant of which anything is kept. Rows are only ever added.';

CREATE FUNCTION mining.has_activity(trace bytea, activity int4) RETURNS bool
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN EXISTS (
        SELECT FROM generate_series(1, length(trace), 16) AS place
        WHERE substr(trace, place, 4) = reverse(int4send(activity))
    );
COMMENT ON FUNCTION mining.has_activity IS 'Whether an activity is in a trace: a step there is 16 bytes, and begins with the code of its activity, the lowest byte first.';

CREATE TABLE mining.reported_month (
    process   int4 NOT NULL,
    month     date NOT NULL,
    version   int8 NOT NULL,
    reporting text NOT NULL,
    PRIMARY KEY (process, month)
);
COMMENT ON TABLE mining.reported_month IS 'Months whose cells are kept for readers: for whoever finds the version of the handovers of the month, and who reports as whom (mining.reporting), to be these.';

CREATE TABLE mining.reported_cell (
    process         int4     NOT NULL,
    month           date     NOT NULL,
    supplier        int4     NOT NULL,
    customer        int4     NOT NULL,
    pickup_basis    int2     NOT NULL,
    n               int8     NOT NULL,
    cases           int8     NOT NULL,
    wait_us         numeric  NOT NULL,
    wait_working_us numeric  NOT NULL,
    elapsed         float8[] NOT NULL,
    working         float8[] NOT NULL,
    PRIMARY KEY (process, month, supplier, customer, pickup_basis)
);
COMMENT ON TABLE mining.reported_cell IS 'The cells of these months, small groups as well: percentiles are exact.';

-- The active catalogue as tables, for views: replaced when a catalogue is activated.

CREATE TABLE mining.party (
    code int4 NOT NULL PRIMARY KEY, label_nl text NOT NULL, label_en text NOT NULL,
    kind text NOT NULL, parent int4, members int4, calendar int4 NOT NULL,
    is_end_customer bool NOT NULL
);
CREATE TABLE mining.process (
    code int4 NOT NULL PRIMARY KEY, label_nl text NOT NULL, label_en text NOT NULL,
    object_type text NOT NULL, time_zone text NOT NULL, calendar int4 NOT NULL,
    has_end bool NOT NULL
);
CREATE TABLE mining.activity (
    process int4 NOT NULL, code int4 NOT NULL, label_nl text NOT NULL, label_en text NOT NULL,
    is_start bool NOT NULL, is_end bool NOT NULL, party int4, PRIMARY KEY (process, code)
);
CREATE TABLE mining.calendar (
    code int4 NOT NULL PRIMARY KEY, time_zone text NOT NULL, digest text NOT NULL
);
CREATE TABLE mining.deliverable (
    code int4 NOT NULL PRIMARY KEY, label_nl text NOT NULL, label_en text NOT NULL,
    supplier int4 NOT NULL, staff_role text NOT NULL, purpose_nl text, purpose_en text, contact text
);
CREATE TABLE mining.agreement (
    code int4 NOT NULL, version int4 NOT NULL, label_nl text NOT NULL, label_en text NOT NULL,
    process int4 NOT NULL, deliverable int4 NOT NULL, supplier int4 NOT NULL, customer int4 NOT NULL,
    valid_from date, valid_until date, lead_time text NOT NULL,
    target numeric, first_time_right_target numeric, return_window text,
    PRIMARY KEY (code, version)
);
COMMENT ON TABLE mining.deliverable IS 'Deliverables of the active catalogue.';
COMMENT ON TABLE mining.agreement IS 'Agreements of the active catalogue, by version: the first is 1. valid_until is the first date on which it no longer holds; null where it is open.';
COMMENT ON TABLE mining.party IS 'Parties of the active catalogue.';
COMMENT ON TABLE mining.process IS 'Processes of the active catalogue.';
COMMENT ON TABLE mining.activity IS 'Activities of the active catalogue.';
COMMENT ON TABLE mining.calendar IS 'Calendars of the active catalogue; their stretches are in mining.calendar_stretch.';

CREATE FUNCTION mining.object_key(object_type text, object_id text) RETURNS int8
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ('x' || encode(substr(sha256(convert_to(object_type || chr(31) || object_id, 'UTF8')), 1, 8), 'hex'))::bit(64)::int8;
COMMENT ON FUNCTION mining.object_key IS 'The key of an object: the same as the core computes.';

CREATE FUNCTION mining.roles_of(data jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT string_agg(role, ',' ORDER BY role COLLATE "C")
        FROM (SELECT DISTINCT jsonb_array_elements_text(data -> 'roles') AS role) AS each
    );
COMMENT ON FUNCTION mining.roles_of IS 'The roles that took part, as one name: what packs hold.';

CREATE FUNCTION mining.objects_of(objects jsonb) RETURNS TABLE (key int8, type text, id text)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 2
    BEGIN ATOMIC
        SELECT mining.object_key(pair ->> 0, pair ->> 1), pair ->> 0, pair ->> 1
        FROM jsonb_array_elements(objects) AS pair;
    END;
COMMENT ON FUNCTION mining.objects_of IS 'The objects that an event is about, as stream.event.objects has them.';
