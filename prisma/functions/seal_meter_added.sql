-- Trigger of `users` and `devices`, after INSERT, for all rows of the statement (`added`): they are counted by the outbox
-- (kind 3) under the metric that is the trigger's argument.
CREATE OR REPLACE FUNCTION seal_meter_added() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO outbox (kind, tenant_ids, metrics, amounts)
  SELECT 3, array_agg(a.tenant_id), array_agg(TG_ARGV[0]::smallint), array_agg(a.amount)
  FROM (SELECT tenant_id, count(*) AS amount FROM added GROUP BY 1) a
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
