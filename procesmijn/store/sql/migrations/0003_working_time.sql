-- Working time for views and ad hoc questions: the same table and the same look-up as in
-- procesmijn/core/worktime.py, so that SQL and the core give the same to the microsecond.

CREATE TABLE mining.calendar_stretch (
    calendar  int4        NOT NULL,
    opens_at  timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    worked_us int8        NOT NULL,
    PRIMARY KEY (calendar, opens_at),
    CONSTRAINT calendar_stretch_closes_after_it_opens CHECK (opens_at < closes_at)
);
COMMENT ON TABLE mining.calendar_stretch IS 'When the parties of a calendar work, from 1970 to 2099. Stretches of one calendar neither touch nor overlap; one that never works has none.';
COMMENT ON COLUMN mining.calendar_stretch.calendar IS 'Calendar; key of mining.calendar.';
COMMENT ON COLUMN mining.calendar_stretch.opens_at IS 'First instant of the stretch.';
COMMENT ON COLUMN mining.calendar_stretch.closes_at IS 'The instant just after the stretch.';
COMMENT ON COLUMN mining.calendar_stretch.worked_us IS 'Working time before the stretch, in microseconds: the lengths of all earlier stretches of the calendar.';

CREATE FUNCTION mining.worked_until_us(calendar int4, at timestamptz) RETURNS int8
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN COALESCE(
        (SELECT s.worked_us + (EXTRACT(epoch FROM LEAST(at, s.closes_at) - s.opens_at) * 1000000)::int8
         FROM mining.calendar_stretch s
         WHERE s.calendar = worked_until_us.calendar AND s.opens_at <= at
         ORDER BY s.opens_at DESC
         LIMIT 1),
        0);
COMMENT ON FUNCTION mining.worked_until_us IS 'Working time on a calendar from the beginning of 1970 until an instant, in microseconds.';

-- Readers of bi may ask without seeing mining: it runs as its owner. Its body is bound to what it
-- names when it is made, so no search_path can lead it astray.
CREATE FUNCTION mining.working_us(calendar int4, from_at timestamptz, to_at timestamptz) RETURNS int8
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SECURITY DEFINER
    RETURN GREATEST(
        mining.worked_until_us(calendar, to_at) - mining.worked_until_us(calendar, from_at), 0);
COMMENT ON FUNCTION mining.working_us IS 'Working time on a calendar between two instants, in microseconds; 0 where the second is not after the first. Nothing is worked before 1970 or after 2099, nor on a calendar that has no stretches. Instants may be infinite.';
