-- name: present
-- The moment that this session speaks of.
SELECT bi.as_of();

-- name: keep
-- Let sessions that begin from now on speak of the moment of which this one speaks; '' is now.
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET procesmijn.as_of = %L',
                   current_database(), current_setting('procesmijn.as_of'));
END $$;

-- name: zone
-- The zone that most processes are in; none before there are any.
SELECT time_zone FROM mining.process GROUP BY time_zone ORDER BY count(*) DESC, time_zone LIMIT 1;
