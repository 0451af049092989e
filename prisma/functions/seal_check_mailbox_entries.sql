-- Trigger of `mailbox_entries`, after INSERT and UPDATE, once for all rows of the statement (`added`): what foreign keys to
-- the mailbox, to the message and to the device that asked for a retry would check. It locks nothing: `seal_send` has
-- locked the mailboxes before.
CREATE OR REPLACE FUNCTION seal_check_mailbox_entries() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (SELECT DISTINCT tenant_id, device_id FROM added) a
    WHERE NOT EXISTS (SELECT FROM mailboxes b WHERE b.tenant_id = a.tenant_id AND b.device_id = a.device_id)
  ) THEN PERFORM seal_refuse('an entry of a mailbox that its tenant does not have'); END IF;
  IF EXISTS (
    SELECT FROM added a
    WHERE NOT EXISTS (
      SELECT FROM messages m
      WHERE m.tenant_id = a.tenant_id AND m.conversation_id = a.conversation_id AND m.seq = a.seq
    )
  ) THEN PERFORM seal_refuse('an entry for a message that its tenant does not have'); END IF;
  IF EXISTS (
    SELECT FROM added a
    WHERE a.requester_device_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM devices d WHERE d.tenant_id = a.tenant_id AND d.id = a.requester_device_id
    )
  ) THEN PERFORM seal_refuse('an entry for a device that its tenant does not have'); END IF;
  RETURN NULL;
END $$;
