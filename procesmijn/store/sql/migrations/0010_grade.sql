-- One grade for each supplier and customer, and how it came about.

CREATE FUNCTION mining.grades(since date, until date)
RETURNS TABLE (
    supplier text, customer text, due int8, met int8, reliability_mark numeric, judged int8,
    first_time_right int8, first_time_right_mark numeric, ratings int8, rating_mark numeric,
    weight int4, mark numeric, grade text
) LANGUAGE sql STABLE SECURITY DEFINER BEGIN ATOMIC
WITH weights AS (
    SELECT COALESCE((g ->> 'reliability')::int4, 2) AS reliability,
           COALESCE((g ->> 'first_time_right')::int4, 1) AS first_time_right,
           COALESCE((g ->> 'rating')::int4, 1) AS rating, COALESCE((g ->> 'least')::int4, 10) AS least
    FROM (SELECT document -> 'grade' AS g FROM mining.catalogue WHERE is_active) active
), delivered AS (
    SELECT d.supplier, d.customer,
           count(*) FILTER (WHERE d.is_due) AS due,
           count(*) FILTER (WHERE d.is_due AND d.status = 'met') AS met,
           count(*) FILTER (WHERE d.is_done AND d.is_first_time_right IS NOT NULL) AS judged,
           count(*) FILTER (WHERE d.is_done AND d.is_first_time_right) AS first_time_right
    FROM (
        SELECT f.*,
               f.due_at <= bi.as_of() AND (f.status <> 'cancelled' OR f.is_breached)
                   AND (grades.since IS NULL OR f.due_on >= grades.since)
                   AND (grades.until IS NULL OR f.due_on < grades.until) AS is_due,
               f.delivered_at IS NOT NULL AND NOT f.is_open AND f.status <> 'cancelled'
                   AND (grades.since IS NULL OR f.delivered_on >= grades.since)
                   AND (grades.until IS NULL OR f.delivered_on < grades.until) AS is_done
        FROM bi.fct_delivery f
    ) d
    GROUP BY d.supplier, d.customer
), rated AS (
    SELECT COALESCE(s.name, r.supplier) AS supplier, COALESCE(c.name, r.customer) AS customer,
           count(*) AS ratings, avg(1 + 9 * (r.score - r.lowest)::numeric / (r.highest - r.lowest)) AS mark
    FROM mining.rating r
    LEFT JOIN mining.delivery d USING (object_key, process, agreement, opened_event)
    LEFT JOIN mining.term s ON s.code = d.supplier
    LEFT JOIN mining.term c ON c.code = d.customer
    WHERE r.status = 'answered' AND r.question = 'satisfaction' AND r.customer IS NOT NULL
      AND (grades.since IS NULL OR mining.local_date(r.answered_at, r.supplier) >= grades.since)
      AND (grades.until IS NULL OR mining.local_date(r.answered_at, r.supplier) < grades.until)
    GROUP BY 1, 2
), parts AS (
    SELECT supplier, customer, COALESCE(d.due, 0) AS due, COALESCE(d.met, 0) AS met,
           COALESCE(d.judged, 0) AS judged, COALESCE(d.first_time_right, 0) AS first_time_right,
           COALESCE(r.ratings, 0) AS ratings,
           CASE WHEN d.due >= w.least THEN 1 + 9 * d.met::numeric / d.due END AS reliability_mark,
           CASE WHEN d.judged >= w.least THEN 1 + 9 * d.first_time_right::numeric / d.judged END AS first_time_right_mark,
           CASE WHEN r.ratings >= w.least THEN r.mark END AS rating_mark,
           w.reliability, w.first_time_right AS right_weight, w.rating
    FROM delivered d
    FULL JOIN rated r USING (supplier, customer)
    CROSS JOIN weights w
    WHERE COALESCE(d.due, 0) + COALESCE(d.judged, 0) + COALESCE(r.ratings, 0) > 0
), weighed AS (
    SELECT p.*,
           CASE WHEN reliability_mark IS NULL THEN 0 ELSE reliability END
           + CASE WHEN first_time_right_mark IS NULL THEN 0 ELSE right_weight END
           + CASE WHEN rating_mark IS NULL THEN 0 ELSE rating END AS weight
    FROM parts p
), marked AS (
    SELECT p.*,
           CASE WHEN 2 * weight >= reliability + right_weight + rating THEN
               floor(2 * (COALESCE(reliability_mark * reliability, 0)
                          + COALESCE(first_time_right_mark * right_weight, 0)
                          + COALESCE(rating_mark * rating, 0)) / weight + 0.5) / 2 END AS mark
    FROM weighed p
)
SELECT m.supplier, m.customer, m.due, m.met, m.reliability_mark, m.judged, m.first_time_right,
       m.first_time_right_mark, m.ratings, m.rating_mark, m.weight, round(m.mark, 1),
       CASE WHEN m.mark >= 7.5 THEN 'well' WHEN m.mark >= 5.5 THEN 'barely' WHEN m.mark IS NOT NULL THEN 'poorly' END
FROM marked m;
END;
COMMENT ON FUNCTION mining.grades IS 'The grade of each supplier and customer, of what was due, delivered and rated between two local dates: the last is left out.';

CREATE VIEW bi.fct_grade AS
SELECT supplier, customer, due, met, reliability_mark, judged, first_time_right, first_time_right_mark, ratings,
       rating_mark, weight, mark, grade
FROM mining.grades((bi.as_of() - interval '90 days')::date, NULL);
COMMENT ON VIEW bi.fct_grade IS 'One supplier and customer with the grade of the 90 days before bi.as_of(), and how it came about.';
COMMENT ON COLUMN bi.fct_grade.supplier IS 'Party that supplies; with customer the key.';
COMMENT ON COLUMN bi.fct_grade.customer IS 'Party that receives. A rating of a delivery counts for the customer of its agreement.';
COMMENT ON COLUMN bi.fct_grade.due IS 'Deliveries that were due.';
COMMENT ON COLUMN bi.fct_grade.met IS 'Those of them that were in time.';
COMMENT ON COLUMN bi.fct_grade.reliability_mark IS 'Delivery reliability as a mark: 1 where none was in time, 10 where all were; null of too few.';
COMMENT ON COLUMN bi.fct_grade.judged IS 'Deliveries of which it is known whether they were right the first time.';
COMMENT ON COLUMN bi.fct_grade.first_time_right IS 'Those of them that were.';
COMMENT ON COLUMN bi.fct_grade.first_time_right_mark IS 'Their share as a mark, likewise.';
COMMENT ON COLUMN bi.fct_grade.ratings IS 'Ratings of satisfaction that were given.';
COMMENT ON COLUMN bi.fct_grade.rating_mark IS 'Their mean mark; null of too few.';
COMMENT ON COLUMN bi.fct_grade.weight IS 'What the marks that are there weigh together, by the catalogue.';
COMMENT ON COLUMN bi.fct_grade.mark IS 'Their weighed mean, from 1 to 10 in halves; null where what is there weighs less than half.';
COMMENT ON COLUMN bi.fct_grade.grade IS 'well: 7.5 and above; barely: 5.5 to 7; poorly: below that; null where mark is.';
GRANT SELECT ON bi.fct_grade TO bi_analyst;
