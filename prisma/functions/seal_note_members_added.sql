-- Trigger of `memberships`, after INSERT, for all rows of the statement (`added`): the groups of those channels may lack
-- devices.
CREATE OR REPLACE FUNCTION seal_note_members_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE channel_groups g SET may_add = true FROM (SELECT DISTINCT tenant_id, conversation_id FROM added) a
  WHERE g.tenant_id = a.tenant_id AND g.conversation_id = a.conversation_id AND NOT g.may_add;
  RETURN NULL;
END $$;
