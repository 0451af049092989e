-- Trigger of `devices`, after UPDATE, for all rows of the statement (`before`, `changed`): the groups that have a device
-- which was removed must remove it.
CREATE OR REPLACE FUNCTION seal_note_devices_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE channel_groups g SET may_remove = true
  FROM changed c, before b, channel_leaves l
  WHERE b.tenant_id = c.tenant_id AND b.id = c.id AND b.removed_at IS NULL AND c.removed_at IS NOT NULL
    AND l.tenant_id = c.tenant_id AND l.device_id = c.id
    AND g.tenant_id = l.tenant_id AND g.conversation_id = l.conversation_id AND NOT g.may_remove;
  RETURN NULL;
END $$;
