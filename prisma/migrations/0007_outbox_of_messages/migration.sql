-- What stores messages writes a row of the outbox with them.

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
