-- Trigger of `memberships`, after DELETE, for all rows of the statement (`gone`): the groups of those channels may have
-- devices that must be removed.
CREATE OR REPLACE FUNCTION seal_note_members_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE channel_groups g SET may_remove = true FROM (SELECT DISTINCT tenant_id, conversation_id FROM gone) a
  WHERE g.tenant_id = a.tenant_id AND g.conversation_id = a.conversation_id AND NOT g.may_remove;
  RETURN NULL;
END $$;
