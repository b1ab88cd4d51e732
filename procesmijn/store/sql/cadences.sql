-- name: cadences
-- Who is late first, then who never spoke, then who will be late soonest.
SELECT supplier, customer, cadence, every, status, last_held_on, due_on, missed, periods, kept,
       share_kept::float8
FROM bi.fct_cadence
WHERE (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
  AND (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY array_position(ARRAY['late', 'never', 'due', 'kept'], status), missed DESC, due_on, supplier, customer, cadence;
