-- References of messages and mailbox entries, checked once for all rows of a statement; foreign keys look at each row. As
-- with foreign keys, a row that points at nothing, or at another tenant's row, is refused, and what is pointed at takes
-- its rows along when it is deleted.

CREATE TRIGGER messages_added AFTER INSERT ON "messages" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_messages();
CREATE TRIGGER messages_changed AFTER UPDATE ON "messages" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_messages();
CREATE TRIGGER mailbox_entries_added AFTER INSERT ON "mailbox_entries" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_mailbox_entries();
CREATE TRIGGER mailbox_entries_changed AFTER UPDATE ON "mailbox_entries" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_mailbox_entries();
CREATE TRIGGER conversations_gone AFTER DELETE ON "conversations" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_conversations();
CREATE TRIGGER messages_gone AFTER DELETE ON "messages" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_messages();
CREATE TRIGGER mailboxes_gone AFTER DELETE ON "mailboxes" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_mailboxes();
CREATE TRIGGER devices_gone AFTER DELETE ON "devices" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_devices();

-- A group's devices may differ from those of the channel's members from here on (channel_groups.may_remove, may_add).
CREATE TRIGGER memberships_added AFTER INSERT ON "memberships" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_note_members_added();
CREATE TRIGGER memberships_gone AFTER DELETE ON "memberships" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_note_members_gone();
CREATE TRIGGER devices_added AFTER INSERT ON "devices" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_note_devices_added();
CREATE TRIGGER devices_removed AFTER UPDATE ON "devices" REFERENCING OLD TABLE AS before NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION seal_note_devices_removed();
