-- Trigger of `conversations`, after DELETE, for all rows of the statement (`gone`): their messages go with them.
CREATE OR REPLACE FUNCTION seal_forget_conversations() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM messages m USING gone g WHERE m.tenant_id = g.tenant_id AND m.conversation_id = g.id;
  RETURN NULL;
END $$;
