-- What came in: positions, the ledger of offsets, the events themselves, and what was refused.

CREATE SCHEMA stream;
COMMENT ON SCHEMA stream IS 'What came in. The events here are the truth; everything in mining is computed from them.';

CREATE TABLE stream.position (
    topic_id    uuid        NOT NULL,
    partition   int4        NOT NULL,
    topic       text        NOT NULL,
    next_offset int8,
    epoch       int8        NOT NULL,
    owner       text        NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    stalled_reason text,
    resume_offset  int8,
    PRIMARY KEY (topic_id, partition)
);
COMMENT ON TABLE stream.position IS 'How far each partition has been applied. Written in the transaction of the batch, so that it says exactly what is in the other tables.';
COMMENT ON COLUMN stream.position.topic_id IS 'Kafka''s id of the topic: a topic that was deleted and created again is another one.';
COMMENT ON COLUMN stream.position.next_offset IS 'The offset to read next; null where nothing was read yet.';
COMMENT ON COLUMN stream.position.epoch IS 'Raised by every claim; a worker with an older one is refused.';
COMMENT ON COLUMN stream.position.stalled_reason IS 'Why nothing is read until an operator accepts the gap: the log is not the one that was read so far. Null where all is well.';
COMMENT ON COLUMN stream.position.resume_offset IS 'Where to go on from, when that is accepted, so that nothing which the log still holds is left out.';

CREATE TABLE stream.pause (
    topic     text        NOT NULL,
    partition int4,
    paused_by text        NOT NULL,
    paused_at timestamptz NOT NULL DEFAULT now(),
    because   text        NOT NULL,
    UNIQUE NULLS NOT DISTINCT (topic, partition)
);
COMMENT ON TABLE stream.pause IS 'What nobody reads for the time being, by decision of an operator, or of a worker that waits for one. Workers look every few seconds.';
COMMENT ON COLUMN stream.pause.partition IS 'Null for all partitions of the topic.';

CREATE TABLE stream.ledger (
    topic_id        uuid NOT NULL,
    partition       int4 NOT NULL,
    entry           int8 NOT NULL GENERATED ALWAYS AS IDENTITY,
    first_offset    int8 NOT NULL,
    next_offset     int8 NOT NULL,
    stored          int8 NOT NULL DEFAULT 0,
    duplicate       int8 NOT NULL DEFAULT 0,
    dead            int8 NOT NULL DEFAULT 0,
    skipped         int8 NOT NULL DEFAULT 0,
    no_record       int8 NOT NULL DEFAULT 0,
    decision        text CHECK (decision IN ('gap', 'rewind')),
    decided_by      text,
    decided_at      timestamptz,
    PRIMARY KEY (topic_id, partition, entry),
    CONSTRAINT ledger_adds_up CHECK (
        next_offset - first_offset = stored + duplicate + dead + skipped + no_record
        OR decision IS NOT NULL AND stored + duplicate + dead + skipped + no_record = 0
    ),
    CONSTRAINT ledger_rewinds_back CHECK (decision <> 'rewind' OR next_offset < first_offset)
);
COMMENT ON TABLE stream.ledger IS 'What became of every offset. A row grows while batches follow on each other, so a partition that nobody decided over has one row. In the order of entry each row begins where the one before ends.';
COMMENT ON COLUMN stream.ledger.decision IS 'An operator decided to go on elsewhere. gap: the offsets between were never read; or next_offset is the lower one, and they are read again, since the log was cut and written anew. rewind: the same log is read once more from next_offset on, and what is known of it changes nothing.';
COMMENT ON COLUMN stream.ledger.no_record IS 'Offsets that hold no record: control records, and what compaction took out.';
COMMENT ON COLUMN stream.ledger.skipped IS 'Records that say nothing by design, such as tombstones.';

CREATE TABLE stream.event (
    event_key    uuid        NOT NULL PRIMARY KEY,
    source       text        NOT NULL,
    id           text        NOT NULL,
    revision     int8        NOT NULL,
    content_mac  bytea       NOT NULL,
    is_retracted bool        NOT NULL,
    type         text        NOT NULL,
    lifecycle    int2        NOT NULL,
    started_at   timestamptz NOT NULL,
    occurred_at  timestamptz NOT NULL,
    sequence     int8        NOT NULL,
    process      text,
    activity     text,
    party        text,
    team         text,
    performer    text,
    receiver     text,
    objects      jsonb       NOT NULL,
    data         jsonb,
    topic_id     uuid,
    partition    int4,
    "offset"     int8,
    stored_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE stream.event IS 'The events: one row for each (source, id), in the version that stands.';
COMMENT ON COLUMN stream.event.event_key IS 'First 16 bytes of SHA-256 of source and id, as they stand here.';
COMMENT ON COLUMN stream.event.id IS 'Keyed hash of the source and the id that the producer gave: ids are often made of what they are about. The record itself is at topic_id, partition and offset.';
COMMENT ON COLUMN stream.event.content_mac IS 'Keyed hash of what was said; the larger one stands where two contents claim the same revision.';
COMMENT ON COLUMN stream.event.started_at IS 'Start of the work where the event says it; infinity where it does not.';
COMMENT ON COLUMN stream.event.sequence IS 'The producer''s order; the largest bigint where it gives none.';
COMMENT ON COLUMN stream.event.performer IS 'Pseudonym of the person who did it.';
COMMENT ON COLUMN stream.event.objects IS 'Pairs of object type and object id, ids of persons as pseudonyms.';

CREATE TABLE stream.superseded (
    event_key   uuid        NOT NULL,
    revision    int8        NOT NULL,
    content_mac bytea       NOT NULL,
    event       jsonb       NOT NULL,
    noted_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_key, revision, content_mac)
);
COMMENT ON TABLE stream.superseded IS 'Versions of events that do not stand: replaced by a higher revision, or beaten by another content with the same one (a conflict).';

CREATE TABLE stream.retirement (
    retirement int4        NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    archive    uuid        NOT NULL UNIQUE,
    before     date        NOT NULL,
    folder     text        NOT NULL,
    decided_by text        NOT NULL,
    begun_at   timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    is_returning bool      NOT NULL DEFAULT false,
    files      int4        NOT NULL DEFAULT 0,
    versions   int8        NOT NULL DEFAULT 0,
    objects    int8        NOT NULL DEFAULT 0,
    leans_on   int4[]      NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE stream.retirement IS 'Closed cases that left the tables: their events are in an archive, their keys and figures stayed. One row for each that is in force.';
COMMENT ON COLUMN stream.retirement.archive IS 'The archive that holds the events says this of itself.';
COMMENT ON COLUMN stream.retirement.before IS 'All that left lies before this local date.';
COMMENT ON COLUMN stream.retirement.ended_at IS 'When the archive was whole; null while it is being written.';
COMMENT ON COLUMN stream.retirement.is_returning IS 'It is being taken back.';
COMMENT ON COLUMN stream.retirement.files IS 'Files of the archive of which the events have left; the next one may be there as a draft.';
COMMENT ON COLUMN stream.retirement.versions IS 'Versions of events that have left.';
COMMENT ON COLUMN stream.retirement.objects IS 'Objects that have left.';
COMMENT ON COLUMN stream.retirement.leans_on IS 'Earlier retirements about whose objects some of its events are too: those are taken back after this one.';

CREATE TABLE stream.retired_event (
    event_key   uuid  NOT NULL,
    revision    int8  NOT NULL,
    content_mac bytea NOT NULL,
    occurred_us int8  NOT NULL,
    sequence    int8  NOT NULL,
    retirement  int4  NOT NULL,
    PRIMARY KEY (event_key, revision, content_mac, retirement)
);
CREATE INDEX retired_event_of_retirement ON stream.retired_event (retirement);
COMMENT ON TABLE stream.retired_event IS 'What is still known of the versions that left: as much as tells whether something is said again, and which of two versions stands.';

CREATE TABLE stream.late_event (
    event_key  uuid        NOT NULL,
    retirement int4        NOT NULL,
    object_key int8        NOT NULL,
    noted_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (retirement, object_key, event_key)
);
COMMENT ON TABLE stream.late_event IS 'Events that came, were corrected or retracted after an object that they are about had left: stored, and not mined for it.';
COMMENT ON COLUMN stream.late_event.object_key IS 'The object that has left; 0 where it was the event itself.';

CREATE TABLE stream.remaining_event (
    retirement int4 NOT NULL,
    object_key int8 NOT NULL,
    event_key  uuid NOT NULL,
    PRIMARY KEY (retirement, object_key, event_key)
);
COMMENT ON TABLE stream.remaining_event IS 'Stored events about objects that have left: those that stayed, since they are about others too, and while a retirement is taken back those that are here again.';

CREATE VIEW stream.event_of_retired AS
SELECT retirement, object_key, event_key FROM stream.remaining_event
UNION ALL
SELECT retirement, object_key, event_key FROM stream.late_event;
COMMENT ON VIEW stream.event_of_retired IS 'What an object that has left is made of when it comes back, so that no other event has to be looked at.';

CREATE TABLE stream.dead_letter (
    topic_id          uuid        NOT NULL,
    partition         int4        NOT NULL,
    "offset"          int8        NOT NULL,
    topic             text        NOT NULL,
    reason            text        NOT NULL,
    message           text        NOT NULL,
    recorded_at       timestamptz NOT NULL,
    refused_at        timestamptz NOT NULL DEFAULT now(),
    payload_encrypted bytea       NOT NULL,
    redriven_at       timestamptz,
    discarded_at      timestamptz,
    discarded_by      text,
    discarded_because text,
    PRIMARY KEY (topic_id, partition, "offset", recorded_at)
);
COMMENT ON TABLE stream.dead_letter IS 'Records that broke the contract, whole and encrypted, so that they can be redriven.';
COMMENT ON COLUMN stream.dead_letter.recorded_at IS 'The record''s own timestamp. It tells apart two records that an offset had, where a log was cut and written anew.';
COMMENT ON COLUMN stream.dead_letter.discarded_at IS 'When somebody gave up on it: it waits for nothing any more. It is kept, and can still be redriven.';

CREATE TABLE stream.acceptance (
    acceptance     int8        NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    accepted_at    timestamptz NOT NULL DEFAULT now(),
    accepted_by    text        NOT NULL,
    because        text        NOT NULL,
    topic_id       uuid        NOT NULL,
    partition      int4        NOT NULL,
    topic          text        NOT NULL,
    accepted_until int8        NOT NULL
);
COMMENT ON TABLE stream.acceptance IS 'That most of what a partition brings may be refused, by decision of an operator.';
COMMENT ON COLUMN stream.acceptance.accepted_until IS 'Before this offset any number of records may be refused.';

CREATE TABLE stream.outbox (
    entry       int8        NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    channel     text        NOT NULL,
    key         text        NOT NULL,
    event       jsonb       NOT NULL,
    written_at  timestamptz NOT NULL DEFAULT now(),
    taken_until timestamptz,
    sent_at     timestamptz
);
CREATE INDEX ON stream.outbox (entry) WHERE sent_at IS NULL;
COMMENT ON TABLE stream.outbox IS 'What is to be told through Kafka, written in the transaction of what it tells. A worker sends it after the commit, at least once, always with the same id.';
COMMENT ON COLUMN stream.outbox.channel IS 'What kind of message it is; its topic is a setting of the worker that sends it.';
COMMENT ON COLUMN stream.outbox.event IS 'The message: a CloudEvent.';
COMMENT ON COLUMN stream.outbox.taken_until IS 'Until then a worker is busy with it. One that dies or freezes holds it up no longer.';
COMMENT ON COLUMN stream.outbox.sent_at IS 'When Kafka had acknowledged it.';

CREATE TABLE stream.sighting (
    sighting    int8        NOT NULL PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    seen_at     timestamptz NOT NULL DEFAULT now(),
    seen_by     text        NOT NULL,
    topic_id    uuid        NOT NULL,
    partition   int4        NOT NULL,
    "offset"    int8        NOT NULL,
    recorded_at timestamptz NOT NULL
);
COMMENT ON TABLE stream.sighting IS 'Who was shown which refused record in clear, persons and all. Written before it is shown.';

CREATE TABLE stream.key_check (
    fingerprint text        NOT NULL PRIMARY KEY,
    noted_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE stream.key_check IS 'Fingerprint of the keys that the pseudonyms here were made with: other keys would make two persons of one.';
