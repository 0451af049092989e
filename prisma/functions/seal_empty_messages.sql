-- Empties messages that are taken back or have expired: the body goes, with the attachments, retry requests and whatever
-- waits for devices. The rows stay, as sequence numbers have no gaps, and so does the hash of each body.
--
--   p_tenant, p_conversation, p_seq  in parallel: the messages
CREATE OR REPLACE FUNCTION seal_empty_messages(p_tenant uuid[], p_conversation uuid[], p_seq bigint[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE messages m SET body_hash = coalesce(m.body_hash, sha256(m.body)), body = ''::bytea, expires_at = NULL
  FROM unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE m.tenant_id = x.tenant_id AND m.conversation_id = x.conversation_id AND m.seq = x.seq;

  DELETE FROM attachments a USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE a.tenant_id = x.tenant_id AND a.conversation_id = x.conversation_id AND a.message_seq = x.seq;

  DELETE FROM retry_requests r USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE r.tenant_id = x.tenant_id AND r.conversation_id = x.conversation_id AND r.seq = x.seq;

  DELETE FROM mailbox_entries e USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE e.tenant_id = x.tenant_id AND e.conversation_id = x.conversation_id AND e.seq = x.seq;
END $$;
