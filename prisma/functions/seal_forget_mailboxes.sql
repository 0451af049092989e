-- Trigger of `mailboxes`, after DELETE, for all rows of the statement (`gone`): their entries go with them.
CREATE OR REPLACE FUNCTION seal_forget_mailboxes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM mailbox_entries e USING gone g WHERE e.tenant_id = g.tenant_id AND e.device_id = g.device_id;
  RETURN NULL;
END $$;
