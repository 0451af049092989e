-- Trigger of `mailboxes`, after DELETE, for all rows of the statement (`gone`): their entries go with them. Of long ones the
-- rest is noted, to go piece by piece: what removes a device holds all conversations of its person locked. Nothing is noted
-- of a tenant that is going.
CREATE OR REPLACE FUNCTION seal_forget_mailboxes() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  v_gone record;
  v_at_once CONSTANT int := 1000;
  v_last bigint;
  v_deleted int;
BEGIN
  FOR v_gone IN SELECT g.tenant_id, g.device_id, t.id IS NULL AS is_tenant_gone FROM gone g LEFT JOIN tenants t ON t.id = g.tenant_id
  LOOP
    SELECT max(s.position) INTO v_last FROM (
      SELECT position FROM mailbox_entries
      WHERE tenant_id = v_gone.tenant_id AND device_id = v_gone.device_id ORDER BY position LIMIT v_at_once) s;
    IF v_gone.is_tenant_gone THEN v_last := 9223372036854775807; END IF;
    DELETE FROM mailbox_entries e
    WHERE e.tenant_id = v_gone.tenant_id AND e.device_id = v_gone.device_id AND e.position <= v_last;
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    IF v_deleted = v_at_once AND NOT v_gone.is_tenant_gone THEN
      INSERT INTO closed_mailboxes (tenant_id, device_id) VALUES (v_gone.tenant_id, v_gone.device_id)
      ON CONFLICT DO NOTHING;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
