-- Trigger of `devices`, after INSERT, for all rows of the statement (`added`): the groups of their people's channels may
-- lack them.
CREATE OR REPLACE FUNCTION seal_note_devices_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE channel_groups g SET may_add = true FROM (SELECT DISTINCT tenant_id, user_id FROM added) a, memberships m
  WHERE m.tenant_id = a.tenant_id AND m.user_id = a.user_id
    AND g.tenant_id = m.tenant_id AND g.conversation_id = m.conversation_id AND NOT g.may_add;
  RETURN NULL;
END $$;
