-- Trigger of `key_packages`, after DELETE, for all rows of the statement (`gone`): devices that have fewer KeyPackages left
-- than the trigger's argument are to be told, by the outbox (kind 2).
CREATE OR REPLACE FUNCTION seal_note_key_packages_low() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  INSERT INTO outbox (kind, tenant_ids, subject_ids)
  SELECT 2, array_agg(l.tenant_id), array_agg(l.device_id) FROM (
    SELECT DISTINCT g.tenant_id, g.device_id FROM (SELECT DISTINCT tenant_id, device_id FROM gone) g
    JOIN devices d ON d.tenant_id = g.tenant_id AND d.id = g.device_id AND d.removed_at IS NULL
    WHERE TG_ARGV[0]::int > (
      SELECT count(*) FROM key_packages k WHERE k.tenant_id = g.tenant_id AND k.device_id = g.device_id)) l
  HAVING count(*) > 0;
  RETURN NULL;
END $$;
