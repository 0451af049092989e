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
