-- Who has spoken with whom in time: the cadences of the catalogue, held against conversations.

CREATE VIEW mining.cadence AS
SELECT c.name AS cadence, c.value ->> 'supplier' AS supplier, w.customer, c.value ->> 'every' AS every,
       (c.value ->> 'since')::date AS since
FROM mining.catalogue k
CROSS JOIN LATERAL jsonb_each(COALESCE(k.document -> 'cadences', '{}')) AS c (name, value)
CROSS JOIN LATERAL (
    SELECT jsonb_array_elements_text(c.value -> 'customers') AS customer
    UNION
    SELECT t.name
    FROM mining.agreement a
    JOIN mining.term s ON s.code = a.supplier AND s.name = c.value ->> 'supplier'
    JOIN mining.term t ON t.code = a.customer
    WHERE c.value -> 'customers' IS NULL
) w
WHERE k.is_active;
COMMENT ON VIEW mining.cadence IS 'Cadences of the active catalogue, one row for each customer.';

CREATE VIEW bi.fct_cadence AS
SELECT cadence,
       supplier,
       customer,
       every,
       last_held_on,
       CASE
           WHEN last_held_on >= this_begins THEN 'kept'
           WHEN last_held_on IS NULL THEN 'never'
           WHEN last_held_on >= last_begins OR begins_on >= this_begins THEN 'due'
           ELSE 'late'
       END AS status,
       (CASE WHEN last_held_on >= this_begins THEN next_begins + step ELSE next_begins END - interval '1 day')::date AS due_on,
       periods,
       kept,
       CASE WHEN periods > 0 THEN kept / periods::numeric END AS share_kept,
       COALESCE(missed, 0) AS missed
FROM (
    SELECT c.*, t.*, h.last_held_on, p.periods, p.kept, p.missed
    FROM (
        SELECT c.*, mining.local_date(bi.as_of(), c.supplier) AS today,
               CASE c.every WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || c.every)::interval END AS step,
               COALESCE(c.since, (SELECT min(held_on) FROM bi.fct_conversation)) AS begins_on
        FROM mining.cadence c
    ) c
    CROSS JOIN LATERAL (
        SELECT date_trunc(c.every, c.today::timestamp)::date AS this_begins,
               (date_trunc(c.every, c.today::timestamp) - c.step)::date AS last_begins,
               (date_trunc(c.every, c.today::timestamp) + c.step)::date AS next_begins
    ) t
    CROSS JOIN LATERAL (
        SELECT array_agg(v.held_on) AS held, max(v.held_on) AS last_held_on
        FROM bi.fct_conversation v
        WHERE v.supplier = c.supplier
          AND (v.customer = c.customer OR mining.is_part_of(
              (SELECT code FROM mining.term WHERE name = v.customer), (SELECT code FROM mining.term WHERE name = c.customer)))
    ) h
    CROSS JOIN LATERAL (
        SELECT count(*)::int4 AS periods, count(*) FILTER (WHERE was_kept)::int4 AS kept,
               count(*) FILTER (WHERE NOT was_kept AND begins > COALESCE(h.last_held_on, '-infinity'))::int4 AS missed
        FROM (
            SELECT begins::date AS begins,
                   EXISTS (SELECT FROM unnest(h.held) AS held (day)
                           WHERE day >= begins::date AND day < (begins + c.step)::date) AS was_kept
            FROM generate_series(date_trunc(c.every, c.begins_on::timestamp), t.last_begins::timestamp, c.step) AS begins
        ) period
    ) p
) told;
COMMENT ON VIEW bi.fct_cadence IS 'One customer with whom a supplier is to speak in every period of the calendar, and how that goes as of bi.as_of().';
COMMENT ON COLUMN bi.fct_cadence.cadence IS 'Cadence of the catalogue; with customer the key.';
COMMENT ON COLUMN bi.fct_cadence.supplier IS 'Party that is to speak with its customers; key of dim_party.';
COMMENT ON COLUMN bi.fct_cadence.customer IS 'Party with which it is to speak, or with a part of it; key of dim_party.';
COMMENT ON COLUMN bi.fct_cadence.every IS 'week, month, quarter or year of the calendar.';
COMMENT ON COLUMN bi.fct_cadence.last_held_on IS 'Local date of the last conversation; null where there never was one.';
COMMENT ON COLUMN bi.fct_cadence.status IS 'kept: spoken in this period; due: not yet in this one, but in the one before; late: in neither; never: not at all.';
COMMENT ON COLUMN bi.fct_cadence.due_on IS 'The last date on which the next conversation is in time, those already missed left out.';
COMMENT ON COLUMN bi.fct_cadence.periods IS 'Whole periods that have passed since it holds.';
COMMENT ON COLUMN bi.fct_cadence.kept IS 'Those of them with a conversation.';
COMMENT ON COLUMN bi.fct_cadence.share_kept IS 'kept of periods; null where none has passed.';
COMMENT ON COLUMN bi.fct_cadence.missed IS 'Whole periods without any since the last conversation, or since it holds.';
GRANT SELECT ON bi.fct_cadence TO bi_analyst;
