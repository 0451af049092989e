-- Trigger of `devices`, after DELETE, for all rows of the statement (`gone`): the messages they sent and the retries they
-- asked for go with them.
CREATE OR REPLACE FUNCTION seal_forget_devices() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM messages m USING gone g WHERE m.tenant_id = g.tenant_id AND m.sender_device_id = g.id;
  DELETE FROM mailbox_entries e USING gone g WHERE e.tenant_id = g.tenant_id AND e.requester_device_id = g.id;
  RETURN NULL;
END $$;
