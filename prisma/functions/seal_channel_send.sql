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
