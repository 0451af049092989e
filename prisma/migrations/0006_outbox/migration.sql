-- What follows from changes: the outbox, counters of what waits for people, and usage of tenants (decisions 0022 and 0023).

CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "kind" SMALLINT NOT NULL,
    "tenant_ids" UUID[],
    "subject_ids" UUID[],
    "from_seqs" BIGINT[],
    "to_seqs" BIGINT[],
    "metrics" SMALLINT[],
    "amounts" BIGINT[],

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);
-- Rows live for a second.
ALTER TABLE "outbox" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

CREATE TABLE "waiting" (
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "last_seq" BIGINT NOT NULL,

    CONSTRAINT "waiting_pkey" PRIMARY KEY ("tenant_id","conversation_id","user_id")
);
CREATE INDEX "waiting_tenant_id_user_id_idx" ON "waiting"("tenant_id", "user_id");
ALTER TABLE "waiting" ADD CONSTRAINT "waiting_tenant_id_conversation_id_user_id_fkey" FOREIGN KEY ("tenant_id", "conversation_id", "user_id") REFERENCES "memberships"("tenant_id", "conversation_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_hours" (
    "tenant_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "metric" SMALLINT NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "usage_hours_pkey" PRIMARY KEY ("tenant_id","hour","metric")
);
CREATE INDEX "usage_hours_hour_idx" ON "usage_hours"("hour");
ALTER TABLE "usage_hours" ADD CONSTRAINT "usage_hours_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_days" (
    "tenant_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "metric" SMALLINT NOT NULL,
    "value" BIGINT NOT NULL,

    CONSTRAINT "usage_days_pkey" PRIMARY KEY ("tenant_id","day","metric")
);
CREATE INDEX "usage_days_day_idx" ON "usage_days"("day");
ALTER TABLE "usage_days" ADD CONSTRAINT "usage_days_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_connections" (
    "tenant_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(0) NOT NULL,
    "process_id" UUID NOT NULL,
    "last" INTEGER NOT NULL,
    "most" INTEGER NOT NULL,

    CONSTRAINT "usage_connections_pkey" PRIMARY KEY ("tenant_id","at","process_id")
);
CREATE INDEX "usage_connections_at_idx" ON "usage_connections"("at");
ALTER TABLE "usage_connections" ADD CONSTRAINT "usage_connections_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_latencies" (
    "tenant_id" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "kind" SMALLINT NOT NULL,
    "counts" BIGINT[],

    CONSTRAINT "usage_latencies_pkey" PRIMARY KEY ("tenant_id","hour","kind")
);
CREATE INDEX "usage_latencies_hour_idx" ON "usage_latencies"("hour");
ALTER TABLE "usage_latencies" ADD CONSTRAINT "usage_latencies_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "active_days" (
    "tenant_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "kind" SMALLINT NOT NULL,
    "subject" BYTEA NOT NULL,

    CONSTRAINT "active_days_pkey" PRIMARY KEY ("tenant_id","day","kind","subject")
);
CREATE INDEX "active_days_day_idx" ON "active_days"("day");
ALTER TABLE "active_days" ADD CONSTRAINT "active_days_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "active_keys" (
    "tenant_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "key" BYTEA NOT NULL,

    CONSTRAINT "active_keys_pkey" PRIMARY KEY ("tenant_id","month")
);
CREATE INDEX "active_keys_month_idx" ON "active_keys"("month");
ALTER TABLE "active_keys" ADD CONSTRAINT "active_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "usage_flushes" (
    "process_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "written_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_flushes_pkey" PRIMARY KEY ("process_id","number")
);
CREATE INDEX "usage_flushes_written_at_idx" ON "usage_flushes"("written_at");

-- Stores a batch of direct messages of many conversations and tenants: each body once, each envelope in its device's
-- mailbox, and what follows from all of it in one row of the outbox (kind 1). Repeating a batch stores nothing twice.
--
-- Lock order, everywhere: conversations by (tenant, id), then mailboxes by (tenant, device). A transaction that
-- publishes a device list takes the same locks in the same order, so a removed device gets nothing afterwards.
--
-- Arrays that describe one thing run in parallel. Indexes into them count from 1.
--   p_now         when the messages were accepted, as the calling process's clock has it
--   p_conv_*      the conversations of the batch, each once, ascending
--   p_group_*     what senders believe of a conversation: which one, and how many members it has
--   p_claim_*     those members, each with the version of its device list
--   p_item_*      the messages in the order of arrival, none twice. The body is in p_blob
--   p_box_*       the devices that get something, each once, ascending
--   p_envelope_*  the key envelopes in the order of their items. The bytes are in p_blob
--   p_blob        bodies and envelopes, one after the other; offsets count from 1
--
-- Answers
--   o_seq         for each item the sequence number it was stored with, else null
--   o_head        for each device where its mailbox ended before, null when it has none
--   o_known_*     items that had been stored before, with their number and time
--   o_late_*      items that got a later time than p_now, as an earlier message of their conversation has it; null for none
-- An item that is in neither came with a stale idea of the conversation's members or devices, or its conversation is a
-- channel: nothing of it was stored.
--
-- Plans are made once for a session and go by index whatever the tables' size was at that time: planning would cost
-- more than the work.
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
  OUT o_seq bigint[], OUT o_head bigint[],
  OUT o_known_item int[], OUT o_known_seq bigint[], OUT o_known_at timestamptz[],
  OUT o_late_item int[], OUT o_late_at timestamptz[]
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  v_row record;
  v_last_seq bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_at timestamptz[] := array_fill(p_now, ARRAY[cardinality(p_conv_id)]);
  v_is_current boolean[] := array_fill(false, ARRAY[cardinality(p_group_conv)]);
  v_is_open boolean[] := array_fill(true, ARRAY[cardinality(p_item_group)]);
BEGIN
  o_seq := array_fill(NULL::bigint, ARRAY[cardinality(p_item_group)]);
  o_head := array_fill(NULL::bigint, ARRAY[cardinality(p_box_device)]);

  FOR v_row IN
    SELECT x.n, c.last_seq, c.last_at
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.id AND c.kind <> 'channel'
    ORDER BY x.n FOR UPDATE OF c
  LOOP
    v_last_seq[v_row.n] := v_row.last_seq;
    IF v_row.last_at > p_now THEN v_at[v_row.n] := v_row.last_at; END IF;
  END LOOP;

  FOR v_row IN
    SELECT x.n, b.head
    FROM unnest(p_box_tenant, p_box_device) WITH ORDINALITY AS x(tenant_id, device_id, n)
    JOIN mailboxes b ON b.tenant_id = x.tenant_id AND b.device_id = x.device_id
    ORDER BY x.n FOR UPDATE OF b
  LOOP
    o_head[v_row.n] := v_row.head;
  END LOOP;

  -- Groups that name exactly the current members with the current versions, read once the locks are held.
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
    JOIN messages m ON m.tenant_id = p_conv_tenant[p_group_conv[i.grp]]
      AND m.sender_device_id = i.device_id AND m.message_id = i.message_id
      -- IS TRUE keeps the conversation out of the choice of an index: beside an empty table the planner may take the one
      -- by tenant and conversation, and reads all of the conversation ever after.
      AND (m.conversation_id = p_conv_id[p_group_conv[i.grp]]) IS TRUE
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
    p_item_message[s.n], p_item_user[s.n], p_item_device[s.n],
    v_at[p_group_conv[p_item_group[s.n]]], substring(p_blob FROM p_item_offset[s.n] FOR p_item_length[s.n])
  FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL;
  IF NOT FOUND THEN RETURN; END IF;

  WITH stored AS (
    SELECT p_group_conv[p_item_group[s.n]] AS conv, min(s.seq) AS first_seq, max(s.seq) AS last_seq,
      sum(p_item_length[s.n]) AS bytes
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL GROUP BY 1
  ), numbered AS (
    UPDATE conversations c SET last_seq = x.last_seq, last_at = v_at[x.conv] FROM stored x
    WHERE c.tenant_id = p_conv_tenant[x.conv] AND c.id = p_conv_id[x.conv]
  )
  INSERT INTO outbox (kind, tenant_ids, subject_ids, from_seqs, to_seqs, amounts)
  SELECT 1, array_agg(p_conv_tenant[x.conv]), array_agg(p_conv_id[x.conv]), array_agg(x.first_seq), array_agg(x.last_seq),
    array_agg(x.bytes)
  FROM stored x;

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

  IF p_now < ANY (v_at) THEN
    SELECT array_agg(s.n::int), array_agg(v_at[p_group_conv[p_item_group[s.n]]]) INTO o_late_item, o_late_at
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n)
    WHERE s.seq IS NOT NULL AND v_at[p_group_conv[p_item_group[s.n]]] > p_now;
  END IF;
END $$;

-- Stores a batch of channel messages: one row each, whatever the number of members, and what follows from all of it in one
-- row of the outbox (kind 4). An item is stored when its incarnation
-- and epoch are the present ones, its device is in the group, and the group has no device that must be removed; then
-- every device of the group is a present device of a member, the sending one among them.
--
-- Arrays that describe one thing run in parallel. Indexes into them count from 1.
--   p_now        when the messages were accepted, as the calling process's clock has it
--   p_conv_*     the channels of the batch, each once, ascending
--   p_item_*     the messages in the order of arrival, none twice
--   p_body_*, p_envelope_*  where body and envelope of each item are in p_blob; offsets count from 1
--
-- Answers as `seal_send` does.
CREATE OR REPLACE FUNCTION seal_channel_send(
  p_now timestamptz,
  p_conv_tenant uuid[], p_conv_id uuid[],
  p_item_conv int[], p_item_message uuid[], p_item_user uuid[], p_item_device uuid[],
  p_item_incarnation bigint[], p_item_epoch bigint[],
  p_body_offset int[], p_body_length int[], p_envelope_offset int[], p_envelope_length int[],
  p_blob bytea,
  OUT o_seq bigint[],
  OUT o_known_item int[], OUT o_known_seq bigint[], OUT o_known_at timestamptz[],
  OUT o_late_item int[], OUT o_late_at timestamptz[]
) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  v_row record;
  v_last_seq bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_at timestamptz[] := array_fill(p_now, ARRAY[cardinality(p_conv_id)]);
  v_incarnation bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_epoch bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(p_conv_id)]);
  v_is_open boolean[] := array_fill(false, ARRAY[cardinality(p_item_conv)]);
BEGIN
  o_seq := array_fill(NULL::bigint, ARRAY[cardinality(p_item_conv)]);

  FOR v_row IN
    SELECT x.n, c.last_seq, c.last_at
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.id AND c.kind = 'channel'
    ORDER BY x.n FOR UPDATE OF c
  LOOP
    v_last_seq[v_row.n] := v_row.last_seq;
    IF v_row.last_at > p_now THEN v_at[v_row.n] := v_row.last_at; END IF;
  END LOOP;

  -- Groups without a device that must be removed, read once the locks are held. Most are known to have none.
  FOR v_row IN
    SELECT x.n, g.incarnation, g.epoch
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN channel_groups g ON g.tenant_id = x.tenant_id AND g.conversation_id = x.id
    WHERE v_last_seq[x.n] IS NOT NULL AND (NOT g.may_remove OR NOT EXISTS (
      SELECT FROM channel_leaves l JOIN devices d ON d.tenant_id = l.tenant_id AND d.id = l.device_id
      WHERE l.tenant_id = x.tenant_id AND l.conversation_id = x.id AND (d.removed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM memberships m
        WHERE m.tenant_id = l.tenant_id AND m.conversation_id = l.conversation_id AND m.user_id = d.user_id))))
  LOOP
    v_incarnation[v_row.n] := v_row.incarnation;
    v_epoch[v_row.n] := v_row.epoch;
  END LOOP;

  FOR v_row IN
    SELECT i.n
    FROM unnest(p_item_conv, p_item_device, p_item_incarnation, p_item_epoch)
      WITH ORDINALITY AS i(conv, device_id, incarnation, epoch, n)
    JOIN channel_leaves l ON l.tenant_id = p_conv_tenant[i.conv] AND l.conversation_id = p_conv_id[i.conv]
      AND l.device_id = i.device_id
    WHERE v_incarnation[i.conv] = i.incarnation AND v_epoch[i.conv] = i.epoch
  LOOP
    v_is_open[v_row.n] := true;
  END LOOP;

  FOR v_row IN
    SELECT i.n, m.seq, m.created_at
    FROM unnest(p_item_conv, p_item_message, p_item_device) WITH ORDINALITY AS i(conv, message_id, device_id, n)
    JOIN messages m ON m.tenant_id = p_conv_tenant[i.conv] AND m.sender_device_id = i.device_id
      AND m.message_id = i.message_id AND (m.conversation_id = p_conv_id[i.conv]) IS TRUE
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
      incarnation, epoch, envelope)
  SELECT p_conv_tenant[p_item_conv[s.n]], p_conv_id[p_item_conv[s.n]], s.seq,
    p_item_message[s.n], p_item_user[s.n], p_item_device[s.n], v_at[p_item_conv[s.n]],
    substring(p_blob FROM p_body_offset[s.n] FOR p_body_length[s.n]),
    p_item_incarnation[s.n], p_item_epoch[s.n],
    substring(p_blob FROM p_envelope_offset[s.n] FOR p_envelope_length[s.n])
  FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL;
  IF NOT FOUND THEN RETURN; END IF;

  IF p_now < ANY (v_at) THEN
    SELECT array_agg(s.n::int), array_agg(v_at[p_item_conv[s.n]]) INTO o_late_item, o_late_at
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL AND v_at[p_item_conv[s.n]] > p_now;
  END IF;

  WITH stored AS (
    SELECT p_item_conv[s.n] AS conv, min(s.seq) AS first_seq, max(s.seq) AS last_seq, sum(p_body_length[s.n]) AS bytes
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL GROUP BY 1
  ), numbered AS (
    UPDATE conversations c SET last_seq = x.last_seq, last_at = v_at[x.conv] FROM stored x
    WHERE c.tenant_id = p_conv_tenant[x.conv] AND c.id = p_conv_id[x.conv]
  )
  INSERT INTO outbox (kind, tenant_ids, subject_ids, from_seqs, to_seqs, amounts)
  SELECT 4, array_agg(p_conv_tenant[x.conv]), array_agg(p_conv_id[x.conv]), array_agg(x.first_seq), array_agg(x.last_seq),
    array_agg(x.bytes)
  FROM stored x;
END $$;

-- Gives stored messages their end and their attachments, which are counted by the outbox (kind 3; metrics 5 and 6: files and
-- their bytes). Each list runs in parallel with the messages it is for.
--
--   p_end_*   messages with a lifetime, and when they end
--   p_file_*  messages with attachments, one entry for each attachment, which `seal_claim` has locked
CREATE OR REPLACE FUNCTION seal_extend(
  p_end_tenant uuid[], p_end_conversation uuid[], p_end_seq bigint[], p_end_at timestamptz[],
  p_file_tenant uuid[], p_file_conversation uuid[], p_file_seq bigint[], p_file_attachment uuid[]
) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE messages m SET expires_at = x.expires_at
  FROM unnest(p_end_tenant, p_end_conversation, p_end_seq, p_end_at) AS x(tenant_id, conversation_id, seq, expires_at)
  WHERE m.tenant_id = x.tenant_id AND m.conversation_id = x.conversation_id AND m.seq = x.seq;
  WITH sent AS (
    UPDATE attachments a SET message_seq = x.seq
    FROM unnest(p_file_tenant, p_file_conversation, p_file_seq, p_file_attachment)
      AS x(tenant_id, conversation_id, seq, id)
    WHERE a.tenant_id = x.tenant_id AND a.id = x.id AND a.conversation_id = x.conversation_id
    RETURNING a.tenant_id, a.size
  )
  INSERT INTO outbox (kind, tenant_ids, metrics, amounts)
  SELECT 3, array_agg(m.tenant_id), array_agg(m.metric), array_agg(m.amount) FROM (
    SELECT tenant_id, 5::smallint AS metric, count(*) AS amount FROM sent GROUP BY 1
    UNION ALL SELECT tenant_id, 6::smallint, sum(size)::bigint FROM sent GROUP BY 1) m
  HAVING count(*) > 0;
END $$;

-- Trigger of `users` and `devices`, after INSERT, for all rows of the statement (`added`): they are counted by the outbox
-- (kind 3) under the metric that is the trigger's argument.
CREATE OR REPLACE FUNCTION seal_meter_added() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO outbox (kind, tenant_ids, metrics, amounts)
  SELECT 3, array_agg(a.tenant_id), array_agg(TG_ARGV[0]::smallint), array_agg(a.amount)
  FROM (SELECT tenant_id, count(*) AS amount FROM added GROUP BY 1) a
  HAVING count(*) > 0;
  RETURN NULL;
END $$;

-- Trigger of `one_time_prekeys`, after DELETE, for all rows of the statement (`gone`): devices that have fewer one-time prekeys left
-- than the trigger's argument are to be told, by the outbox (kind 2).
CREATE OR REPLACE FUNCTION seal_note_prekeys_low() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  INSERT INTO outbox (kind, tenant_ids, subject_ids)
  SELECT 2, array_agg(l.tenant_id), array_agg(l.device_id) FROM (
    SELECT DISTINCT g.tenant_id, g.device_id FROM (SELECT DISTINCT tenant_id, device_id, kind FROM gone) g
    JOIN devices d ON d.tenant_id = g.tenant_id AND d.id = g.device_id AND d.removed_at IS NULL
    WHERE TG_ARGV[0]::int > (
      SELECT count(*) FROM one_time_prekeys k WHERE k.tenant_id = g.tenant_id AND k.device_id = g.device_id AND k.kind = g.kind)) l
  HAVING count(*) > 0;
  RETURN NULL;
END $$;

-- Trigger of `key_packages`, after DELETE, for all rows of the statement (`gone`): devices that have fewer KeyPackages left
-- than the trigger's argument are to be told, by the outbox (kind 2).
CREATE OR REPLACE FUNCTION seal_note_key_packages_low() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  INSERT INTO outbox (kind, tenant_ids, subject_ids)
  SELECT 2, array_agg(l.tenant_id), array_agg(l.device_id) FROM (
    SELECT DISTINCT g.tenant_id, g.device_id FROM (SELECT DISTINCT tenant_id, device_id FROM gone) g
    JOIN devices d ON d.tenant_id = g.tenant_id AND d.id = g.device_id AND d.removed_at IS NULL
    WHERE TG_ARGV[0]::int > (
      SELECT count(*) FROM key_packages k WHERE k.tenant_id = g.tenant_id AND k.device_id = g.device_id)) l
  HAVING count(*) > 0;
  RETURN NULL;
END $$;

-- Puts row-level security in force, for the tables and functions that there are now. Called after the migrations, as the role
-- that owns them; a second call finds nothing to do, so in a transaction that only reads it fails unless all is in force. False
-- where the roles are missing and may not be made: then nothing has changed, and the owner, whom no policy holds, serves.
--
--   seal_app  serves people: of a table that belongs to tenants it sees the rows of `app.tenant`, and no other role's rows
--             are written by it. What takes many tenants at once it does by the functions that are named here
--   seal_ops  does what is repeated and nobody waits for, for all tenants
CREATE OR REPLACE FUNCTION seal_isolate() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_row record;
  v_grants text;
  -- Functions that run as their owner and take tenants as arguments.
  v_functions CONSTANT text[] := ARRAY['seal_send', 'seal_channel_send', 'seal_acknowledge', 'seal_claim', 'seal_extend',
    'seal_empty_messages', 'seal_find_app_key', 'seal_find_audiences', 'seal_find_behind', 'seal_count_messages'];
  -- Tables of which seal_app may do less than everything.
  v_less CONSTANT jsonb := '{"tenants": "", "publishable_keys": "", "closed_mailboxes": "",
    "users": "SELECT, INSERT, UPDATE", "devices": "SELECT, INSERT, UPDATE",
    "messages": "SELECT, INSERT", "mailbox_entries": "SELECT, INSERT",
    "waiting": "", "usage_hours": "", "usage_days": "", "usage_connections": "", "usage_latencies": "", "active_days": "",
    "active_keys": ""}';
BEGIN
  -- Roles belong to the whole server: another database's start may make them at this moment.
  FOR v_row IN SELECT name FROM unnest(ARRAY['seal_app', 'seal_ops']) AS r(name) LOOP
    IF to_regrole(v_row.name) IS NULL THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', v_row.name);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN RETURN false;
      END;
    END IF;
    IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = v_row.name) THEN RETURN false; END IF;
    BEGIN
      PERFORM set_config('role', v_row.name, true);
    EXCEPTION WHEN insufficient_privilege THEN
      BEGIN
        EXECUTE format('GRANT %I TO CURRENT_USER', v_row.name);
        PERFORM set_config('role', v_row.name, true);
      EXCEPTION WHEN insufficient_privilege THEN RETURN false;
      END;
    END;
    PERFORM set_config('role', 'none', true);
  END LOOP;

  FOR v_row IN SELECT name FROM unnest(ARRAY['seal_app', 'seal_ops']) AS r(name) LOOP
    IF NOT has_schema_privilege(v_row.name, 'public', 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', v_row.name);
    END IF;
  END LOOP;
  -- What a start that may not migrate looks at.
  IF to_regclass('public._prisma_migrations') IS NOT NULL AND NOT has_table_privilege('seal_ops', 'public._prisma_migrations', 'SELECT') THEN
    GRANT SELECT ON public._prisma_migrations TO seal_ops;
  END IF;

  FOR v_row IN
    SELECT c.oid, c.relname AS name, c.relrowsecurity AS is_on,
      CASE WHEN c.relname = 'tenants' THEN 'id'
        WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
        THEN 'tenant_id' END AS tenant
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND c.relname <> '_prisma_migrations'
  LOOP
    IF NOT has_table_privilege('seal_ops', v_row.oid, 'TRUNCATE') THEN
      EXECUTE format('GRANT ALL ON %I TO seal_ops', v_row.name);
    END IF;
    CONTINUE WHEN v_row.tenant IS NULL;
    v_grants := coalesce(v_less ->> v_row.name, 'SELECT, INSERT, UPDATE, DELETE');
    IF v_grants <> '' AND NOT has_table_privilege('seal_app', v_row.oid, 'INSERT') THEN
      EXECUTE format('GRANT %s ON %I TO seal_app', v_grants, v_row.name);
    END IF;
    IF NOT v_row.is_on THEN EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', v_row.name); END IF;
    IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = v_row.oid AND p.polname = 'seal_app') THEN
      -- In a query of its own the setting is read once for each statement, not for each row.
      EXECUTE format(
        'CREATE POLICY seal_app ON %1$I TO seal_app USING (%2$I = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid))
          WITH CHECK (%2$I = (SELECT nullif(current_setting(''app.tenant'', true), '''')::uuid))', v_row.name, v_row.tenant);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = v_row.oid AND p.polname = 'seal_ops') THEN
      EXECUTE format('CREATE POLICY seal_ops ON %I TO seal_ops USING (true) WITH CHECK (true)', v_row.name);
    END IF;
  END LOOP;

  FOR v_row IN
    SELECT p.oid, p.oid::regprocedure::text AS name,
      CASE WHEN p.proname = ANY (v_functions) THEN 'seal_app, seal_ops'
        -- What triggers call with the rights of the statement that set them off.
        WHEN p.proname IN ('seal_refuse') THEN 'seal_app, seal_ops'
        WHEN p.proname IN ('seal_expire', 'seal_isolate') THEN 'seal_ops' END AS callers
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f' AND p.proname LIKE 'seal\_%'
      AND (p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0))
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', v_row.name);
    IF v_row.callers IS NOT NULL THEN EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %s', v_row.name, v_row.callers); END IF;
  END LOOP;
  RETURN true;
END $$;

CREATE TRIGGER users_metered AFTER INSERT ON "users" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_meter_added(3);
CREATE TRIGGER devices_metered AFTER INSERT ON "devices" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_meter_added(4);
-- Below these devices refill their stock: PREKEY_LIMITS.oneTimeRefillBelow, CHANNEL_LIMITS.keyPackageRefillBelow.
CREATE TRIGGER one_time_prekeys_gone AFTER DELETE ON "one_time_prekeys" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_note_prekeys_low(20);
CREATE TRIGGER key_packages_gone AFTER DELETE ON "key_packages" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_note_key_packages_low(10);
