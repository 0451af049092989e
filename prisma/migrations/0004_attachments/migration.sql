-- Attachments: files as ciphertext in parts, each of which came in one request and goes out as one piece. And messages
-- that end: by their lifetime, or because they were taken back.

-- AlterTable
ALTER TABLE "messages" ADD COLUMN "expires_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "attachments" (
    "tenant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "size" BIGINT NOT NULL,
    "parts" INTEGER NOT NULL,
    "stored_parts" INTEGER NOT NULL DEFAULT 0,
    "message_seq" BIGINT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "attachments_pkey" PRIMARY KEY ("tenant_id","id")
);

-- CreateTable
CREATE TABLE "attachment_parts" (
    "tenant_id" UUID NOT NULL,
    "attachment_id" UUID NOT NULL,
    "part" INTEGER NOT NULL,
    "ciphertext" BYTEA NOT NULL,

    CONSTRAINT "attachment_parts_pkey" PRIMARY KEY ("tenant_id","attachment_id","part")
);

-- Ciphertext does not compress.
ALTER TABLE "attachment_parts" ALTER COLUMN "ciphertext" SET STORAGE EXTERNAL;

-- CreateIndex
CREATE INDEX "attachments_tenant_id_conversation_id_message_seq_idx" ON "attachments"("tenant_id", "conversation_id", "message_seq");

-- CreateIndex
CREATE INDEX "attachments_tenant_id_user_id_idx" ON "attachments"("tenant_id", "user_id");

-- What waits for its end, and nothing else: these cost a message without one nothing.
CREATE INDEX "attachments_orphans" ON "attachments"("created_at") WHERE "message_seq" IS NULL;
CREATE INDEX "messages_expiring" ON "messages"("expires_at") WHERE "expires_at" IS NOT NULL;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachments" ADD CONSTRAINT "attachments_tenant_id_conversation_id_message_seq_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "message_seq") REFERENCES "messages"("tenant_id", "conversation_id", "seq") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachment_parts" ADD CONSTRAINT "attachment_parts_tenant_id_attachment_id_fkey" FOREIGN KEY ("tenant_id", "attachment_id") REFERENCES "attachments"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Sending a message that names attachments or has a lifetime is one transaction of three statements: `seal_claim`, the
-- one that stores messages, and `seal_extend`. So those that store messages stay as they are, and a batch of plain
-- messages is one of them alone.

-- Locks the attachments that messages name, one row for each, and answers which items cannot have theirs: uploaded in
-- full by the sender's account for that conversation, and no other message's. Of two items that name the same one the
-- first gets it. A message that was stored before has what it has.
CREATE FUNCTION seal_claim(
  p_item int[], p_tenant uuid[], p_conversation uuid[], p_user uuid[], p_device uuid[], p_message uuid[],
  p_attachment uuid[]
) RETURNS int[] LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  PERFORM FROM unnest(p_tenant, p_attachment) AS x(tenant_id, id)
  JOIN attachments a ON a.tenant_id = x.tenant_id AND a.id = x.id
  ORDER BY a.tenant_id, a.id FOR UPDATE OF a;

  -- With the rows as they are now that the locks are had.
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
      WHERE m.conversation_id = x.conversation_id AND m.sender_device_id = x.device_id AND m.message_id = x.message_id
        AND m.tenant_id = x.tenant_id
    )
  );
END $$;

-- Gives stored messages their end and their attachments. Both lists run in parallel with the messages they are for.
CREATE FUNCTION seal_extend(
  p_end_tenant uuid[], p_end_conversation uuid[], p_end_seq bigint[], p_end_at timestamptz[],
  p_file_tenant uuid[], p_file_conversation uuid[], p_file_seq bigint[], p_file_attachment uuid[]
) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE messages m SET expires_at = x.expires_at
  FROM unnest(p_end_tenant, p_end_conversation, p_end_seq, p_end_at) AS x(tenant_id, conversation_id, seq, expires_at)
  WHERE m.tenant_id = x.tenant_id AND m.conversation_id = x.conversation_id AND m.seq = x.seq;
  UPDATE attachments a SET message_seq = x.seq
  FROM unnest(p_file_tenant, p_file_conversation, p_file_seq, p_file_attachment)
    AS x(tenant_id, conversation_id, seq, id)
  WHERE a.tenant_id = x.tenant_id AND a.id = x.id AND a.conversation_id = x.conversation_id;
END $$;

-- What becomes of messages that are taken back or have expired: the body goes, with the attachments and with whatever
-- waits for devices. The rows stay, as sequence numbers have no gaps.
CREATE FUNCTION seal_empty_messages(p_tenant uuid[], p_conversation uuid[], p_seq bigint[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE messages m SET body = ''::bytea, expires_at = NULL
  FROM unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE m.tenant_id = x.tenant_id AND m.conversation_id = x.conversation_id AND m.seq = x.seq;

  DELETE FROM attachments a USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE a.tenant_id = x.tenant_id AND a.conversation_id = x.conversation_id AND a.message_seq = x.seq;

  DELETE FROM retry_requests r USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE r.tenant_id = x.tenant_id AND r.conversation_id = x.conversation_id AND r.seq = x.seq;

  -- Messages of channels have no entries in mailboxes.
  DELETE FROM mailbox_entries e
  USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.conversation_id AND c.kind = 'dm'
  JOIN memberships m ON m.tenant_id = c.tenant_id AND m.conversation_id = c.id
  JOIN devices d ON d.tenant_id = m.tenant_id AND d.user_id = m.user_id
  JOIN mailboxes b ON b.tenant_id = d.tenant_id AND b.device_id = d.id
  WHERE e.tenant_id = b.tenant_id AND e.device_id = b.device_id AND e.position > b.acked
    AND e.conversation_id = x.conversation_id AND e.seq = x.seq;
END $$;

-- Ends up to `p_limit` messages that are due, the oldest first, and answers how many there were. Several processes may
-- do this at once.
CREATE FUNCTION seal_expire(p_now timestamptz, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
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
