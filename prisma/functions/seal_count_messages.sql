-- Adds to the counters of messages of many tenants, and answers what they have now. A tenant that is gone is not counted.
--
--   p_key, p_points, p_expire  in parallel: the counters, what is added, and when the minute that is counted ends (ms)
CREATE OR REPLACE FUNCTION seal_count_messages(p_key text[], p_points int[], p_expire bigint[])
RETURNS TABLE (key text, points int, expire bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
  INSERT INTO rate_counters AS r (key, points, expire)
  SELECT c.key, c.points, c.expire
  FROM unnest(p_key, p_points, p_expire) AS c(key, points, expire)
  JOIN tenants t ON t.id = substr(c.key, 1, 36)::uuid
  ORDER BY 1
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN r.expire < excluded.expire THEN 0 ELSE r.points END + excluded.points,
    expire = greatest(r.expire, excluded.expire)
  RETURNING r.key, r.points, r.expire
$$;
