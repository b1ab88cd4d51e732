-- name: ratings
-- Ratings by supplier and question, and by customer or month where that is asked for.
SELECT supplier, CASE WHEN %(by)s = 'pair' THEN customer END AS customer,
       CASE WHEN %(by)s = 'month' THEN date_trunc('month', asked_on)::date END AS month, question,
       count(*) FILTER (WHERE requested_at IS NOT NULL AND status <> 'open') AS asked,
       count(*) FILTER (WHERE requested_at IS NOT NULL AND status = 'answered') AS asked_answered,
       count(*) FILTER (WHERE status = 'open') AS open,
       count(*) FILTER (WHERE status = 'answered') AS answered,
       avg(mark)::float8 AS mean, var_samp(mark)::float8 AS variance,
       count(*) FILTER (WHERE stance = 'promoter') AS promoters,
       count(*) FILTER (WHERE stance = 'detractor') AS detractors
FROM bi.fct_rating
WHERE (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
  AND (%(since)s::date IS NULL OR asked_on >= %(since)s)
  AND (%(until)s::date IS NULL OR asked_on < %(until)s)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4, 3;

-- name: complaints
-- Complaints likewise, with how long they took.
SELECT supplier, CASE WHEN %(by)s = 'pair' THEN customer END AS customer,
       CASE WHEN %(by)s = 'month' THEN date_trunc('month', filed_on)::date END AS month,
       count(*) AS times, count(*) FILTER (WHERE is_open) AS open,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY handling_seconds) FILTER (WHERE NOT is_open) AS handling,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY handling_working_seconds) FILTER (WHERE NOT is_open)::float8 AS working,
       max(handling_seconds) FILTER (WHERE is_open)::float8 AS oldest
FROM bi.fct_complaint
WHERE (%(process)s::text IS NULL OR process = %(process)s)
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
  AND (%(since)s::date IS NULL OR filed_on >= %(since)s)
  AND (%(until)s::date IS NULL OR filed_on < %(until)s)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- name: conversations
-- Conversations likewise; one with several customers is one.
SELECT supplier, CASE WHEN %(by)s = 'pair' THEN customer END AS customer,
       CASE WHEN %(by)s = 'month' THEN date_trunc('month', held_on)::date END AS month,
       count(DISTINCT conversation_id) AS times
FROM bi.fct_conversation
WHERE %(process)s::text IS NULL
  AND (%(party)s::text IS NULL OR %(party)s IN (supplier, customer))
  AND (%(since)s::date IS NULL OR held_on >= %(since)s)
  AND (%(until)s::date IS NULL OR held_on < %(until)s)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
