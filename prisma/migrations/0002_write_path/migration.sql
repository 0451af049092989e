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

-- References of messages and mailbox entries. A trigger looks once at all rows of a statement; foreign keys look at
-- each row, which took 18 of 38 microseconds of a message. As with them, a row that points at nothing, or at another
-- tenant's row, is refused, and what is pointed at takes its rows along when it is deleted. Inserting does not lock
-- what it points at: `seal_send` has locked it before.
CREATE FUNCTION seal_check_messages() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  PERFORM FROM (SELECT DISTINCT tenant_id, conversation_id FROM added) a
  WHERE NOT EXISTS (SELECT FROM conversations c WHERE c.tenant_id = a.tenant_id AND c.id = a.conversation_id);
  IF FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'a message of a conversation that its tenant does not have';
  END IF;
  PERFORM FROM (SELECT DISTINCT tenant_id, sender_device_id, sender_user_id FROM added) a
  WHERE NOT EXISTS (
    SELECT FROM devices d
    WHERE d.tenant_id = a.tenant_id AND d.id = a.sender_device_id AND d.user_id = a.sender_user_id
  );
  IF FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'a message of a device that its tenant does not have';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION seal_check_mailbox_entries() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  PERFORM FROM (SELECT DISTINCT tenant_id, device_id FROM added) a
  WHERE NOT EXISTS (SELECT FROM mailboxes b WHERE b.tenant_id = a.tenant_id AND b.device_id = a.device_id);
  IF FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'an entry of a mailbox that its tenant does not have';
  END IF;
  PERFORM FROM added a
  WHERE NOT EXISTS (
    SELECT FROM messages m
    WHERE m.tenant_id = a.tenant_id AND m.conversation_id = a.conversation_id AND m.seq = a.seq
  );
  IF FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'an entry for a message that its tenant does not have';
  END IF;
  PERFORM FROM added a
  WHERE a.requester_device_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM devices d WHERE d.tenant_id = a.tenant_id AND d.id = a.requester_device_id
  );
  IF FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'an entry for a device that its tenant does not have';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER messages_added AFTER INSERT ON "messages" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_messages();
CREATE TRIGGER messages_changed AFTER UPDATE ON "messages" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_messages();
CREATE TRIGGER mailbox_entries_added AFTER INSERT ON "mailbox_entries" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_mailbox_entries();
CREATE TRIGGER mailbox_entries_changed AFTER UPDATE ON "mailbox_entries" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION seal_check_mailbox_entries();

CREATE FUNCTION seal_forget_conversations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM messages m USING gone g WHERE m.tenant_id = g.tenant_id AND m.conversation_id = g.id;
  RETURN NULL;
END $$;

CREATE FUNCTION seal_forget_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM mailbox_entries e USING gone g
  WHERE e.tenant_id = g.tenant_id AND e.conversation_id = g.conversation_id AND e.seq = g.seq;
  RETURN NULL;
END $$;

CREATE FUNCTION seal_forget_mailboxes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM mailbox_entries e USING gone g WHERE e.tenant_id = g.tenant_id AND e.device_id = g.device_id;
  RETURN NULL;
END $$;

CREATE FUNCTION seal_forget_devices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM messages m USING gone g WHERE m.tenant_id = g.tenant_id AND m.sender_device_id = g.id;
  DELETE FROM mailbox_entries e USING gone g WHERE e.tenant_id = g.tenant_id AND e.requester_device_id = g.id;
  RETURN NULL;
END $$;

CREATE TRIGGER conversations_gone AFTER DELETE ON "conversations" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_conversations();
CREATE TRIGGER messages_gone AFTER DELETE ON "messages" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_messages();
CREATE TRIGGER mailboxes_gone AFTER DELETE ON "mailboxes" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_mailboxes();
CREATE TRIGGER devices_gone AFTER DELETE ON "devices" REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION seal_forget_devices();

-- Arrays that describe one thing run in parallel. Indexes into them count from 1.
--   p_conv_*      the conversations of the batch, each once, ascending
--   p_group_*     what senders believe of a conversation: which one, and how many members it has
--   p_claim_*     those members, each with the version of its device list
--   p_item_*      the messages in the order of arrival, none twice. The body stands in p_blob
--   p_box_*       the devices that get something, each once, ascending
--   p_envelope_*  the key envelopes in the order of their items. The bytes stand in p_blob
--   p_notices     what other processes are told when the batch commits
--
-- Answers, item by item, the sequence number it was stored with, and device by device where the mailbox ended before.
-- Items that had been stored before are listed with their number and time. An item with neither came with a stale idea
-- of the conversation's members or devices, and nothing of it was stored.
--
-- Plans are made once for a session and go by index whatever the tables' size was at that time: planning would cost
-- more than the work.
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
    JOIN conversations c ON c.tenant_id = x.tenant_id AND c.id = x.id
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
      AND m.tenant_id = p_conv_tenant[p_group_conv[i.grp]]
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

-- Deletes the entries of many mailboxes up to the acknowledged positions, each mailbox once, and raises what the owners
-- of those devices have stored. Answers the members for whom that changed something.
CREATE FUNCTION seal_acknowledge(p_tenant uuid[], p_device uuid[], p_position bigint[])
RETURNS TABLE (tenant_id uuid, conversation_id uuid, user_id uuid, seq bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  v_device int[];
  v_after bigint[];
  v_upto bigint[];
BEGIN
  -- A device cannot acknowledge what it has not been given.
  SELECT array_agg(locked.n), array_agg(locked.acked), array_agg(locked.upto) INTO v_device, v_after, v_upto FROM (
    SELECT x.n, b.acked, least(x.position, b.head) AS upto
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
    -- From where the last acknowledgement ended: before it the index holds nothing but what is waiting for vacuum.
    DELETE FROM mailbox_entries e USING unnest(v_device, v_after, v_upto) AS x(n, after, upto)
    WHERE e.tenant_id = p_tenant[x.n] AND e.device_id = p_device[x.n]
      AND e.position > x.after AND e.position <= x.upto
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
