-- Trigger of `messages`, after DELETE, for all rows of the statement (`gone`): what waits of them in mailboxes goes with
-- them.
CREATE OR REPLACE FUNCTION seal_forget_messages() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  DELETE FROM mailbox_entries e USING gone g
  WHERE e.tenant_id = g.tenant_id AND e.conversation_id = g.conversation_id AND e.seq = g.seq;
  RETURN NULL;
END $$;
