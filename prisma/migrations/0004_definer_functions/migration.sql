-- Functions that take many tenants at once run as the owner of the tables from here on, and look for names nowhere else:
-- decision 0020.

-- Deletes the entries of many mailboxes up to the acknowledged positions, and raises what the owners of those devices have
-- stored.
--
--   p_tenant, p_device, p_position  in parallel: the mailboxes, each once, and the last position that the device stored
--
-- Answers the memberships for which that changed something, with the highest sequence number that is stored now.
CREATE OR REPLACE FUNCTION seal_acknowledge(p_tenant uuid[], p_device uuid[], p_position bigint[])
RETURNS TABLE (tenant_id uuid, conversation_id uuid, user_id uuid, seq bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
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

-- Stores a batch of channel messages: one row each, whatever the number of members. An item is stored when its incarnation
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

  UPDATE conversations c SET last_seq = x.last_seq, last_at = v_at[x.conv]
  FROM (
    SELECT p_item_conv[s.n] AS conv, max(s.seq) AS last_seq
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n) WHERE s.seq IS NOT NULL GROUP BY 1
  ) x
  WHERE c.tenant_id = p_conv_tenant[x.conv] AND c.id = p_conv_id[x.conv];
END $$;

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

-- Empties messages that are taken back or have expired: the body goes, with the attachments, retry requests and whatever
-- waits for devices. The rows stay, as sequence numbers have no gaps, and so does the hash of each body.
--
--   p_tenant, p_conversation, p_seq  in parallel: the messages
CREATE OR REPLACE FUNCTION seal_empty_messages(p_tenant uuid[], p_conversation uuid[], p_seq bigint[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  UPDATE messages m SET body_hash = coalesce(m.body_hash, sha256(m.body)), body = ''::bytea, expires_at = NULL
  FROM unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE m.tenant_id = x.tenant_id AND m.conversation_id = x.conversation_id AND m.seq = x.seq;

  DELETE FROM attachments a USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE a.tenant_id = x.tenant_id AND a.conversation_id = x.conversation_id AND a.message_seq = x.seq;

  DELETE FROM retry_requests r USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE r.tenant_id = x.tenant_id AND r.conversation_id = x.conversation_id AND r.seq = x.seq;

  DELETE FROM mailbox_entries e USING unnest(p_tenant, p_conversation, p_seq) AS x(tenant_id, conversation_id, seq)
  WHERE e.tenant_id = x.tenant_id AND e.conversation_id = x.conversation_id AND e.seq = x.seq;
END $$;

-- Gives stored messages their end and their attachments. Each list runs in parallel with the messages it is for.
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
  UPDATE attachments a SET message_seq = x.seq
  FROM unnest(p_file_tenant, p_file_conversation, p_file_seq, p_file_attachment)
    AS x(tenant_id, conversation_id, seq, id)
  WHERE a.tenant_id = x.tenant_id AND a.id = x.id AND a.conversation_id = x.conversation_id;
END $$;

-- Trigger of `conversations`, after DELETE, for all rows of the statement (`gone`): their messages go with them.
CREATE OR REPLACE FUNCTION seal_forget_conversations() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  DELETE FROM messages m USING gone g WHERE m.tenant_id = g.tenant_id AND m.conversation_id = g.id;
  RETURN NULL;
END $$;

-- Trigger of `mailboxes`, after DELETE, for all rows of the statement (`gone`): their entries go with them. Of long ones the
-- rest is noted, to go piece by piece: what removes a device holds all conversations of its person locked. Nothing is noted
-- of a tenant that is going.
CREATE OR REPLACE FUNCTION seal_forget_mailboxes() RETURNS trigger LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  v_gone record;
  v_at_once CONSTANT int := 1000;
  v_last bigint;
  v_deleted int;
BEGIN
  FOR v_gone IN SELECT g.tenant_id, g.device_id, t.id IS NULL AS is_tenant_gone FROM gone g LEFT JOIN tenants t ON t.id = g.tenant_id
  LOOP
    SELECT max(s.position) INTO v_last FROM (
      SELECT position FROM mailbox_entries
      WHERE tenant_id = v_gone.tenant_id AND device_id = v_gone.device_id ORDER BY position LIMIT v_at_once) s;
    IF v_gone.is_tenant_gone THEN v_last := 9223372036854775807; END IF;
    DELETE FROM mailbox_entries e
    WHERE e.tenant_id = v_gone.tenant_id AND e.device_id = v_gone.device_id AND e.position <= v_last;
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    IF v_deleted = v_at_once AND NOT v_gone.is_tenant_gone THEN
      INSERT INTO closed_mailboxes (tenant_id, device_id) VALUES (v_gone.tenant_id, v_gone.device_id)
      ON CONFLICT DO NOTHING;
    END IF;
  END LOOP;
  RETURN NULL;
END $$;

