-- Empties messages that are taken back or have expired: the body goes, with the attachments, retry requests and whatever
-- waits for devices. The rows stay, as sequence numbers have no gaps, and so does the hash of each body.
--
--   p_tenant, p_conversation, p_seq  in parallel: the messages
CREATE OR REPLACE FUNCTION seal_empty_messages(p_tenant uuid[], p_conversation uuid[], p_seq bigint[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE messages m SET body_hash = coalesce(m.body_hash, sha256(m.body)), body = ''::bytea, expires_at = NULL
  FROM unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE m.tenant_id = x.tenant_id AND m.conversation_id = x.conversation_id AND m.seq = x.seq;

  DELETE FROM attachments a USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE a.tenant_id = x.tenant_id AND a.conversation_id = x.conversation_id AND a.message_seq = x.seq;

  DELETE FROM retry_requests r USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE r.tenant_id = x.tenant_id AND r.conversation_id = x.conversation_id AND r.seq = x.seq;

  -- Messages of channels have no entries in mailboxes.
  DELETE FROM mailbox_entries e
  USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.conversation_id AND c.kind <> 'channel'
  JOIN memberships m ON m.tenant_id = c.tenant_id AND m.conversation_id = c.id
  JOIN devices d ON d.tenant_id = m.tenant_id AND d.user_id = m.user_id
  JOIN mailboxes b ON b.tenant_id = d.tenant_id AND b.device_id = d.id
  WHERE e.tenant_id = b.tenant_id AND e.device_id = b.device_id AND e.position > b.acked
    AND e.conversation_id = x.conversation_id AND e.seq = x.seq;
END $$;
