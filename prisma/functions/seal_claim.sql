-- Locks the attachments that messages name, and answers the items that cannot have theirs (null when all can): an
-- attachment must be uploaded in full by the sender's account for that conversation, and belong to no other message. Of
-- two items that name the same one the first gets it. A message that was stored before keeps what it has.
--
-- Sending a message that names attachments or has a lifetime is one transaction of three statements: this, the one that
-- stores messages, and `seal_extend`. So those that store messages stay as they are, and a batch of plain messages is
-- one of them alone.
--
-- In parallel, one entry for each attachment of each message:
--   p_item        index of the message in its batch
--   p_tenant, p_conversation, p_user, p_device, p_message  the message: where it goes, its sender, its id
--   p_attachment  the attachment it names
CREATE OR REPLACE FUNCTION seal_claim(
  p_item int[], p_tenant uuid[], p_conversation uuid[], p_user uuid[], p_device uuid[], p_message uuid[],
  p_attachment uuid[]
) RETURNS int[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  PERFORM FROM unnest(p_tenant, p_attachment) AS x(tenant_id, id)
  JOIN attachments a ON a.tenant_id = x.tenant_id AND a.id = x.id
  ORDER BY a.tenant_id, a.id FOR UPDATE OF a;

  -- The rows as they are now that the locks are held.
  RETURN (
    SELECT array_agg(DISTINCT x.item)
    FROM unnest(p_item, p_tenant, p_conversation, p_user, p_device, p_message, p_attachment)
      AS x(item, tenant_id, conversation_id, user_id, device_id, message_id, id)
    LEFT JOIN attachments a ON a.tenant_id = x.tenant_id AND a.id = x.id
      AND a.conversation_id = x.conversation_id AND a.user_id = x.user_id
      AND a.message_seq IS NULL AND a.stored_parts = a.parts
    WHERE (a.id IS NULL OR EXISTS (
      SELECT FROM unnest(p_item, p_tenant, p_attachment) AS o(item, tenant_id, id)
      WHERE o.tenant_id = x.tenant_id AND o.id = x.id AND o.item < x.item
    )) AND NOT EXISTS (
      SELECT FROM messages m
      WHERE m.tenant_id = x.tenant_id AND m.sender_device_id = x.device_id AND m.message_id = x.message_id
        AND (m.conversation_id = x.conversation_id) IS TRUE
    )
  );
END $$;
