-- name: grades
-- Suppliers and customers with their grade, the lowest first; those without one last.
SELECT supplier, customer, grade, mark::float8, reliability_mark::float8, met, due,
       first_time_right_mark::float8, first_time_right, judged, rating_mark::float8, ratings, weight
FROM mining.grades(%(since)s::date, %(until)s::date)
WHERE %(party)s::text IS NULL OR %(party)s IN (supplier, customer)
ORDER BY mark, supplier, customer;
