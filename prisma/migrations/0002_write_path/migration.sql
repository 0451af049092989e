-- The write path: one call of `seal_send` stores a batch of messages of many conversations and tenants.
--
-- Lock order, everywhere: conversations by (tenant, id), then mailboxes by (tenant, device). A transaction that
-- publishes a device list takes the same locks in the same order, so a removed device gets nothing afterwards.

-- Rows that change with every batch keep room for their next version on the same page.
ALTER TABLE "conversations" SET (fillfactor = 50);
ALTER TABLE "mailboxes" SET (fillfactor = 50);
ALTER TABLE "memberships" SET (fillfactor = 70);
-- Entries live from delivery to acknowledgement: clean up after them early and often.
ALTER TABLE "mailbox_entries" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- Arrays that describe one thing run in parallel; indexes into them count from 1.
--   p_conv_*      the conversations of the batch, each once, ascending
--   p_group_*     what senders believe of a conversation: which one, and how many members it has
--   p_claim_*     those members, each with the version of its device list
--   p_item_*      the messages in the order of arrival; the body stands in p_blob
--   p_box_*       the devices that get something, each once, ascending
--   p_envelope_*  the key envelopes in the order of their items; the bytes stand in p_blob
--   p_notices     what other processes are told when the batch commits
--
-- Answers the items that were stored, with their sequence numbers; those that had been stored before, with sequence
-- number and time; and where each mailbox ended before. An item in neither list came with a stale idea of the
-- conversation's members or devices: nothing of it was stored.
CREATE FUNCTION seal_send(
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
  OUT o_item int[], OUT o_seq bigint[],
  OUT o_known_item int[], OUT o_known_seq bigint[], OUT o_known_at timestamptz[],
  OUT o_box int[], OUT o_head bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
  v_conv int[];
  v_last_seq bigint[];
  v_group int[];
  v_skip int[];
BEGIN
  SELECT array_agg(locked.n), array_agg(locked.last_seq) INTO v_conv, v_last_seq FROM (
    SELECT x.n, c.last_seq
    FROM unnest(p_conv_tenant, p_conv_id) WITH ORDINALITY AS x(tenant_id, id, n)
    JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.id
    ORDER BY x.n FOR UPDATE OF c
  ) locked;

  SELECT array_agg(locked.n), array_agg(locked.head) INTO o_box, o_head FROM (
    SELECT x.n, b.head
    FROM unnest(p_box_tenant, p_box_device) WITH ORDINALITY AS x(tenant_id, device_id, n)
    JOIN mailboxes b ON b.tenant_id = x.tenant_id AND b.device_id = x.device_id
    ORDER BY x.n FOR UPDATE OF b
  ) locked;

  -- Groups that name exactly the current members with the current versions, read after the locks were had.
  SELECT array_agg(g.n) INTO v_group
  FROM unnest(p_group_conv, p_group_size) WITH ORDINALITY AS g(conv, size, n)
  JOIN (
    SELECT c.grp, count(*) AS size
    FROM unnest(p_claim_group, p_claim_user, p_claim_version) AS c(grp, user_id, version)
    JOIN memberships m ON m.tenant_id = p_conv_tenant[p_group_conv[c.grp]]
      AND m.conversation_id = p_conv_id[p_group_conv[c.grp]] AND m.user_id = c.user_id
    JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id AND u.list_version = c.version
    GROUP BY c.grp
  ) current ON current.grp = g.n AND current.size = g.size
  WHERE g.size = (
    SELECT count(*) FROM memberships m
    WHERE m.tenant_id = p_conv_tenant[g.conv] AND m.conversation_id = p_conv_id[g.conv]
  );

  SELECT array_agg(i.n), array_agg(m.seq), array_agg(m.created_at) INTO o_known_item, o_known_seq, o_known_at
  FROM unnest(p_item_group, p_item_message, p_item_device) WITH ORDINALITY AS i(grp, message_id, device_id, n)
  JOIN messages m ON m.conversation_id = p_conv_id[p_group_conv[i.grp]]
    AND m.sender_device_id = i.device_id AND m.message_id = i.message_id
    AND m.tenant_id = p_conv_tenant[p_group_conv[i.grp]];

  v_skip := coalesce(o_known_item, '{}');
  -- A mailbox that is gone belongs to a device that is being removed, in a conversation that began meanwhile.
  IF cardinality(o_box) IS DISTINCT FROM cardinality(p_box_device) AND cardinality(p_box_device) > 0 THEN
    SELECT v_skip || array_agg(e.item) INTO v_skip
    FROM unnest(p_envelope_item, p_envelope_box) AS e(item, box)
    WHERE e.box <> ALL (coalesce(o_box, '{}'));
  END IF;

  SELECT array_agg(s.n), array_agg(s.seq) INTO o_item, o_seq FROM (
    SELECT i.n, l.last_seq + row_number() OVER (PARTITION BY l.conv ORDER BY i.n) AS seq
    FROM unnest(p_item_group) WITH ORDINALITY AS i(grp, n)
    JOIN unnest(v_group) AS ok(grp) ON ok.grp = i.grp
    JOIN unnest(v_conv, v_last_seq) AS l(conv, last_seq) ON l.conv = p_group_conv[i.grp]
    WHERE i.n <> ALL (v_skip)
  ) s;
  IF o_item IS NULL THEN RETURN; END IF;

  INSERT INTO messages
    (tenant_id, conversation_id, seq, message_id, sender_user_id, sender_device_id, created_at, body)
  SELECT p_conv_tenant[p_group_conv[p_item_group[s.n]]], p_conv_id[p_group_conv[p_item_group[s.n]]], s.seq,
    p_item_message[s.n], p_item_user[s.n], p_item_device[s.n], p_now,
    substring(p_blob FROM p_item_offset[s.n] FOR p_item_length[s.n])
  FROM unnest(o_item, o_seq) AS s(n, seq);

  UPDATE conversations c SET last_seq = s.last_seq
  FROM (
    SELECT p_group_conv[p_item_group[x.n]] AS conv, max(x.seq) AS last_seq
    FROM unnest(o_item, o_seq) AS x(n, seq) GROUP BY 1
  ) s
  WHERE c.tenant_id = p_conv_tenant[s.conv] AND c.id = p_conv_id[s.conv];

  INSERT INTO mailbox_entries (tenant_id, device_id, position, kind, conversation_id, seq, envelope)
  SELECT p_box_tenant[e.box], p_box_device[e.box],
    b.head + row_number() OVER (PARTITION BY e.box ORDER BY e.n),
    'message', p_conv_id[p_group_conv[p_item_group[e.item]]], s.seq,
    substring(p_blob FROM p_envelope_offset[e.n] FOR p_envelope_length[e.n])
  FROM unnest(p_envelope_item, p_envelope_box) WITH ORDINALITY AS e(item, box, n)
  JOIN unnest(o_item, o_seq) AS s(n, seq) ON s.n = e.item
  JOIN unnest(o_box, o_head) AS b(box, head) ON b.box = e.box;

  UPDATE mailboxes b SET head = b.head + x.entries
  FROM (
    SELECT e.box, count(*) AS entries
    FROM unnest(p_envelope_item, p_envelope_box) AS e(item, box)
    JOIN unnest(o_item) AS s(n) ON s.n = e.item
    GROUP BY e.box
  ) x
  WHERE b.tenant_id = p_box_tenant[x.box] AND b.device_id = p_box_device[x.box];

  PERFORM pg_notify('seal', notice) FROM unnest(p_notices) AS notice;
END $$;

-- Deletes the entries of many mailboxes up to the acknowledged positions, each mailbox once, and raises what the owners
-- of those devices have stored. Answers the members for whom that changed something.
CREATE FUNCTION seal_acknowledge(p_tenant uuid[], p_device uuid[], p_position bigint[])
RETURNS TABLE (tenant_id uuid, conversation_id uuid, user_id uuid, seq bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_device int[];
  v_upto bigint[];
BEGIN
  -- A device cannot acknowledge what it has not been given.
  SELECT array_agg(locked.n), array_agg(locked.upto) INTO v_device, v_upto FROM (
    SELECT x.n, least(x.position, b.head) AS upto
    FROM unnest(p_tenant, p_device, p_position) WITH ORDINALITY AS x(tenant_id, device_id, position, n)
    JOIN mailboxes b ON b.tenant_id = x.tenant_id AND b.device_id = x.device_id AND b.acked < x.position
    ORDER BY x.tenant_id, x.device_id FOR UPDATE OF b
  ) locked;
  IF v_device IS NULL THEN RETURN; END IF;

  UPDATE mailboxes b SET acked = greatest(b.acked, x.upto)
  FROM unnest(v_device, v_upto) AS x(n, upto)
  WHERE b.tenant_id = p_tenant[x.n] AND b.device_id = p_device[x.n];

  RETURN QUERY
  WITH gone AS (
    DELETE FROM mailbox_entries e USING unnest(v_device, v_upto) AS x(n, upto)
    WHERE e.tenant_id = p_tenant[x.n] AND e.device_id = p_device[x.n] AND e.position <= x.upto
    RETURNING e.tenant_id, e.device_id, e.conversation_id, e.seq, e.kind
  ), stored AS (
    SELECT g.tenant_id, g.conversation_id, d.user_id, max(g.seq) AS seq
    FROM gone g JOIN devices d ON d.tenant_id = g.tenant_id AND d.id = g.device_id
    WHERE g.kind = 'message'
    GROUP BY 1, 2, 3
  ), locked AS (
    SELECT m.tenant_id, m.conversation_id, m.user_id, s.seq
    FROM stored s JOIN memberships m
      ON m.tenant_id = s.tenant_id AND m.conversation_id = s.conversation_id AND m.user_id = s.user_id
    WHERE m.delivered_seq < s.seq
    ORDER BY 1, 2, 3 FOR UPDATE OF m
  )
  UPDATE memberships m SET delivered_seq = l.seq
  FROM locked l
  WHERE m.tenant_id = l.tenant_id AND m.conversation_id = l.conversation_id AND m.user_id = l.user_id
  RETURNING m.tenant_id, m.conversation_id, m.user_id, m.delivered_seq;
END $$;
