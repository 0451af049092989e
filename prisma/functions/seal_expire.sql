-- Empties messages that are due, the oldest first, and answers how many there were. Several processes may do this at
-- once: each passes over what another has locked.
--
--   p_now    messages that end by then are due
--   p_limit  the most to empty in this call
CREATE OR REPLACE FUNCTION seal_expire(p_now timestamptz, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  v_tenant uuid[];
  v_conversation uuid[];
  v_seq bigint[];
BEGIN
  SELECT array_agg(due.tenant_id), array_agg(due.conversation_id), array_agg(due.seq)
  INTO v_tenant, v_conversation, v_seq
  FROM (
    SELECT m.tenant_id, m.conversation_id, m.seq FROM messages m
    WHERE m.expires_at <= p_now ORDER BY m.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
  ) due;
  IF v_seq IS NULL THEN RETURN 0; END IF;
  PERFORM seal_empty_messages(v_tenant, v_conversation, v_seq);
  RETURN cardinality(v_seq);
END $$;
