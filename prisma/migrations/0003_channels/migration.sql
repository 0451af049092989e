-- Channels: one log of messages and Commits for each, and what the delivery service of its MLS group has to know
-- (RFC 9750 §5): the present epoch, the devices that are in the group, and KeyPackages of those that may be added.
--
-- Which devices ought to be in a group is not stored: it follows from memberships and devices.

CREATE TYPE "channel_visibility" AS ENUM ('public', 'private');
CREATE TYPE "log_entry_kind" AS ENUM ('message', 'commit', 'reset');
ALTER TYPE "mailbox_entry_kind" ADD VALUE 'welcome';

-- AlterTable
ALTER TABLE "messages"
    ADD COLUMN "kind" "log_entry_kind" NOT NULL DEFAULT 'message',
    ADD COLUMN "generation" BIGINT,
    ADD COLUMN "epoch" BIGINT,
    ADD COLUMN "envelope" BYTEA;

-- CreateTable
CREATE TABLE "channel_groups" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "visibility" "channel_visibility" NOT NULL,
    "name" TEXT,
    "name_key" TEXT,
    "description" TEXT,
    "suite" BIGINT NOT NULL,
    "generation" BIGINT NOT NULL DEFAULT 0,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "epoch_seq" BIGINT NOT NULL DEFAULT 0,
    "group_info" BYTEA NOT NULL,
    "authenticator" BYTEA NOT NULL,
    "is_reported" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "channel_groups_pkey" PRIMARY KEY ("tenant_id","conversation_id"),
    CONSTRAINT "channel_groups_names" CHECK (
      ("visibility" = 'public') = ("name" IS NOT NULL) AND ("name" IS NULL) = ("name_key" IS NULL)
      AND ("name" IS NULL) = ("description" IS NULL))
);

-- CreateTable
CREATE TABLE "channel_commits" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "commit" BYTEA NOT NULL,
    "welcome" BYTEA,
    "added_users" UUID[],
    "added_devices" UUID[],
    "removed_devices" UUID[],
    "authenticator" BYTEA NOT NULL,
    "is_external" BOOLEAN NOT NULL,

    CONSTRAINT "channel_commits_pkey" PRIMARY KEY ("tenant_id","conversation_id","seq")
);

-- CreateTable
CREATE TABLE "channel_leaves" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,

    CONSTRAINT "channel_leaves_pkey" PRIMARY KEY ("tenant_id","conversation_id","device_id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "tenant_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "inviter_user_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("tenant_id","conversation_id","user_id")
);

-- CreateTable
CREATE TABLE "key_packages" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "ref" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_packages_pkey" PRIMARY KEY ("tenant_id","device_id","ref")
);

-- CreateTable
CREATE TABLE "last_resort_key_packages" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "ref" BYTEA NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "last_resort_key_packages_pkey" PRIMARY KEY ("tenant_id","device_id")
);

-- CreateTable
CREATE TABLE "spent_key_packages" (
    "tenant_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "ref" BYTEA NOT NULL,

    CONSTRAINT "spent_key_packages_pkey" PRIMARY KEY ("tenant_id","device_id","ref")
);

-- CreateIndex
CREATE UNIQUE INDEX "channel_groups_tenant_id_name_key_key" ON "channel_groups"("tenant_id", "name_key");

-- CreateIndex
CREATE INDEX "channel_leaves_tenant_id_device_id_idx" ON "channel_leaves"("tenant_id", "device_id");

-- CreateIndex
CREATE INDEX "invitations_tenant_id_user_id_idx" ON "invitations"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "key_packages_created_at_idx" ON "key_packages"("created_at");

-- AddForeignKey
ALTER TABLE "channel_groups" ADD CONSTRAINT "channel_groups_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "conversations"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_commits" ADD CONSTRAINT "channel_commits_tenant_id_conversation_id_seq_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "seq") REFERENCES "messages"("tenant_id", "conversation_id", "seq") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_leaves" ADD CONSTRAINT "channel_leaves_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "channel_groups"("tenant_id", "conversation_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_leaves" ADD CONSTRAINT "channel_leaves_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_conversation_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id") REFERENCES "channel_groups"("tenant_id", "conversation_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_user_id_fkey" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_tenant_id_inviter_user_id_fkey" FOREIGN KEY ("tenant_id", "inviter_user_id") REFERENCES "users"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_packages" ADD CONSTRAINT "key_packages_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "last_resort_key_packages" ADD CONSTRAINT "last_resort_key_packages_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "spent_key_packages" ADD CONSTRAINT "spent_key_packages_tenant_id_device_id_fkey" FOREIGN KEY ("tenant_id", "device_id") REFERENCES "devices"("tenant_id", "id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rows that change with every Commit keep room for their next version on the same page.
ALTER TABLE "channel_groups" SET (fillfactor = 50);

-- Messages of DMs alone: those of channels go another way, below. Otherwise as it was.
CREATE OR REPLACE FUNCTION seal_send(
  p_now timestamptz,
  p_conv_tenant uuid[], p_conv_id uuid[],
  p_group_conv int[], p_group_size int[],
  p_claim_group int[], p_claim_user uuid[], p_claim_version int[],
  p_item_group int[], p_item_message uuid[], p_item_user uuid[], p_item_device uuid[],
  p_item_offset int[], p_item_length int[],
  p_box_tenant uuid[], p_box_device uuid[],
  p_envelope_item int[], p_envelope_box int[], p_envelope_offset int[], p_envelope_length int[],
  p_blob bytea,
  p_notices text[],
  OUT o_seq bigint[], OUT o_head bigint[],
  OUT o_known_item int[], OUT o_known_seq bigint[], OUT o_known_at timestamptz[]
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  v_row record;
  v_last_seq bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_is_current boolean[] := array_fill(false, ARRAY[cardinality(p_group_conv)]);
  v_is_open boolean[] := array_fill(true, ARRAY[cardinality(p_item_group)]);
BEGIN
  o_seq := array_fill(NULL::bigint, ARRAY[cardinality(p_item_group)]);
  o_head := array_fill(NULL::bigint, ARRAY[cardinality(p_box_device)]);

  FOR v_row IN
    SELECT x.n, c.last_seq
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.id AND c.kind = 'dm'
    ORDER BY x.n FOR UPDATE OF c
  LOOP
    v_last_seq[v_row.n] := v_row.last_seq;
  END LOOP;

  FOR v_row IN
    SELECT x.n, b.head
    FROM unnest(p_box_tenant, p_box_device) WITH ORDINALITY AS x(tenant_id, device_id, n)
    JOIN mailboxes b ON b.tenant_id = x.tenant_id AND b.device_id = x.device_id
    ORDER BY x.n FOR UPDATE OF b
  LOOP
    o_head[v_row.n] := v_row.head;
  END LOOP;

  -- Groups that name exactly the current members with the current versions, read after the locks were had.
  FOR v_row IN
    SELECT c.grp
    FROM unnest(p_claim_group, p_claim_user, p_claim_version) AS c(grp, user_id, version)
    JOIN memberships m ON m.tenant_id = p_conv_tenant[p_group_conv[c.grp]]
      AND m.conversation_id = p_conv_id[p_group_conv[c.grp]] AND m.user_id = c.user_id
    JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.list_version = c.version
    WHERE v_last_seq[p_group_conv[c.grp]] IS NOT NULL
    GROUP BY c.grp
    HAVING count(*) = p_group_size[c.grp] AND count(*) = (
      SELECT count(*) FROM memberships o
      WHERE o.tenant_id = p_conv_tenant[p_group_conv[c.grp]] AND o.conversation_id = p_conv_id[p_group_conv[c.grp]]
    )
  LOOP
    v_is_current[v_row.grp] := true;
  END LOOP;

  FOR v_row IN
    SELECT i.n, m.seq, m.created_at
    FROM unnest(p_item_group, p_item_message, p_item_device) WITH ORDINALITY AS i(grp, message_id, device_id, n)
    JOIN messages m ON m.conversation_id = p_conv_id[p_group_conv[i.grp]]
      AND m.sender_device_id = i.device_id AND m.message_id = i.message_id
      -- IS TRUE keeps the tenant out of the choice of an index: beside an empty table the planner may take the one by
      -- tenant and conversation, and reads all of the conversation ever after.
      AND (m.tenant_id = p_conv_tenant[p_group_conv[i.grp]]) IS TRUE
  LOOP
    v_is_open[v_row.n] := false;
    o_known_item := o_known_item || v_row.n::int;
    o_known_seq := o_known_seq || v_row.seq;
    o_known_at := o_known_at || v_row.created_at;
  END LOOP;

  -- A mailbox that is gone belongs to a device that is being removed, in a conversation that began meanwhile.
  IF array_position(o_head, NULL) IS NOT NULL THEN
    FOR v_row IN
      SELECT e.item FROM unnest(p_envelope_item, p_envelope_box) AS e(item, box) WHERE o_head[e.box] IS NULL
    LOOP
      v_is_open[v_row.item] := false;
    END LOOP;
  END IF;

  SELECT array_agg(s.seq) INTO o_seq FROM (
    SELECT CASE WHEN v_is_open[i.n] AND v_is_current[i.grp] THEN
      v_last_seq[p_group_conv[i.grp]] + count(*) FILTER (WHERE v_is_open[i.n] AND v_is_current[i.grp])
        OVER (PARTITION BY p_group_conv[i.grp] ORDER BY i.n)
    END AS seq
    FROM unnest(p_item_group) WITH ORDINALITY AS i(grp, n) ORDER BY i.n
  ) s;

  INSERT INTO messages
    (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
  SELECT p_conv_tenant[p_group_conv[p_item_group[s.n]]], p_conv_id[p_group_conv[p_item_group[s.n]]], s.seq,
    p_item_message[s.n], p_item_user[s.n], p_item_device[s.n], p_now,
    substring(p_blob FROM p_item_offset[s.n] FOR p_item_length[s.n])
  FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL;
  IF NOT FOUND THEN RETURN; END IF;

  UPDATE conversations c SET last_seq = x.last_seq
  FROM (
    SELECT p_group_conv[p_item_group[s.n]] AS conv, max(s.seq) AS last_seq
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL GROUP BY 1
  ) x
  WHERE c.tenant_id = p_conv_tenant[x.conv] AND c.id = p_conv_id[x.conv];

  INSERT INTO mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
  SELECT p_box_tenant[e.box], p_box_device[e.box],
    o_head[e.box] + row_number() OVER (PARTITION BY e.box ORDER BY e.n),
    'message', p_conv_id[p_group_conv[p_item_group[e.item]]], o_seq[e.item],
    substring(p_blob FROM p_envelope_offset[e.n] FOR p_envelope_length[e.n])
  FROM unnest(p_envelope_item, p_envelope_box) WITH ORDINALITY AS e(item, box, n) WHERE o_seq[e.item] IS NOT NULL;

  UPDATE mailboxes b SET head = b.head + x.entries
  FROM (
    SELECT e.box, count(*) AS entries
    FROM unnest(p_envelope_item, p_envelope_box) AS e(item, box) WHERE o_seq[e.item] IS NOT NULL GROUP BY 1
  ) x
  WHERE b.tenant_id = p_box_tenant[x.box] AND b.device_id = p_box_device[x.box];

  PERFORM pg_notify('seal', notice) FROM unnest(p_notices) AS notice;
END $$;

-- Stores a batch of channel messages: one row each, whatever the members. An item is stored when its generation and
-- epoch are the present ones, its device is in the group, and the group has nobody who ought not to be in it; then
-- every device of the group is a present device of a member, the sending one among them.
--
-- Arrays that describe one thing run in parallel. Indexes into them count from 1.
--   p_conv_*   the channels of the batch, each once, ascending
--   p_item_*   the messages in the order of arrival, none twice. Bodies and envelopes stand in p_blob
--
-- Answers as `seal_send` does. Other processes are told in the name of p_process which entries a channel has got.
CREATE FUNCTION seal_channel_send(
  p_now timestamptz, p_process text,
  p_conv_tenant uuid[], p_conv_id uuid[],
  p_item_conv int[], p_item_message uuid[], p_item_user uuid[], p_item_device uuid[],
  p_item_generation bigint[], p_item_epoch bigint[],
  p_body_offset int[], p_body_length int[], p_envelope_offset int[], p_envelope_length int[],
  p_blob bytea,
  OUT o_seq bigint[],
  OUT o_known_item int[], OUT o_known_seq bigint[], OUT o_known_at timestamptz[]
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  v_row record;
  v_last_seq bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_generation bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_epoch bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_is_open boolean[] := array_fill(false, ARRAY[cardinality(p_item_conv)]);
BEGIN
  o_seq := array_fill(NULL::bigint, ARRAY[cardinality(p_item_conv)]);

  FOR v_row IN
    SELECT x.n, c.last_seq
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.id AND c.kind = 'channel'
    ORDER BY x.n FOR UPDATE OF c
  LOOP
    v_last_seq[v_row.n] := v_row.last_seq;
  END LOOP;

  -- Groups without anybody who has to be removed, read after the locks were had.
  FOR v_row IN
    SELECT x.n, g.generation, g.epoch
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN channel_groups g ON g.tenant_id = x.tenant_id AND g.conversation_id = x.id
    WHERE v_last_seq[x.n] IS NOT NULL AND NOT EXISTS (
      SELECT FROM channel_leaves l JOIN devices d ON d.tenant_id = l.tenant_id AND d.id = l.device_id
      WHERE l.tenant_id = x.tenant_id AND l.conversation_id = x.id AND (d.removed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM memberships m
        WHERE m.tenant_id = l.tenant_id AND m.conversation_id = l.conversation_id AND m.user_id = d.user_id)))
  LOOP
    v_generation[v_row.n] := v_row.generation;
    v_epoch[v_row.n] := v_row.epoch;
  END LOOP;

  FOR v_row IN
    SELECT i.n
    FROM unnest(p_item_conv, p_item_device, p_item_generation, p_item_epoch)
      WITH ORDINALITY AS i(conv, device_id, generation, epoch, n)
    JOIN channel_leaves l ON l.tenant_id = p_conv_tenant[i.conv] AND l.conversation_id = p_conv_id[i.conv]
      AND l.device_id = i.device_id
    WHERE v_generation[i.conv] = i.generation AND v_epoch[i.conv] = i.epoch
  LOOP
    v_is_open[v_row.n] := true;
  END LOOP;

  FOR v_row IN
    SELECT i.n, m.seq, m.created_at
    FROM unnest(p_item_conv, p_item_message, p_item_device) WITH ORDINALITY AS i(conv, message_id, device_id, n)
    JOIN messages m ON m.conversation_id = p_conv_id[i.conv] AND m.sender_device_id = i.device_id
      AND m.message_id = i.message_id AND (m.tenant_id = p_conv_tenant[i.conv]) IS TRUE
  LOOP
    v_is_open[v_row.n] := false;
    o_known_item := o_known_item || v_row.n::int;
    o_known_seq := o_known_seq || v_row.seq;
    o_known_at := o_known_at || v_row.created_at;
  END LOOP;

  SELECT array_agg(s.seq) INTO o_seq FROM (
    SELECT CASE WHEN v_is_open[i.n] THEN
      v_last_seq[i.conv] + count(*) FILTER (WHERE v_is_open[i.n]) OVER (PARTITION BY i.conv ORDER BY i.n)
    END AS seq
    FROM unnest(p_item_conv) WITH ORDINALITY AS i(conv, n) ORDER BY i.n
  ) s;

  INSERT INTO messages
    (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body,
      generation, epoch, envelope)
  SELECT p_conv_tenant[p_item_conv[s.n]], p_conv_id[p_item_conv[s.n]], s.seq,
    p_item_message[s.n], p_item_user[s.n], p_item_device[s.n], p_now,
    substring(p_blob FROM p_body_offset[s.n] FOR p_body_length[s.n]),
    p_item_generation[s.n], p_item_epoch[s.n],
    substring(p_blob FROM p_envelope_offset[s.n] FOR p_envelope_length[s.n])
  FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL;
  IF NOT FOUND THEN RETURN; END IF;

  FOR v_row IN
    UPDATE conversations c SET last_seq = x.last_seq
    FROM (
      SELECT p_item_conv[s.n] AS conv, min(s.seq) AS first_seq, max(s.seq) AS last_seq
      FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL GROUP BY 1
    ) x
    WHERE c.tenant_id = p_conv_tenant[x.conv] AND c.id = p_conv_id[x.conv]
    RETURNING c.tenant_id, c.id, x.first_seq, x.last_seq
  LOOP
    PERFORM pg_notify('seal', json_build_array(p_process, json_build_object(
      'kind', 'channel-entries', 'tenantId', v_row.tenant_id, 'conversationId', v_row.id,
      'from', v_row.first_seq, 'to', v_row.last_seq))::text);
  END LOOP;
END $$;
