-- Row-level security: decision 0020. Everything but the functions that name their tenants runs as `seal_app`, which sees the
-- rows of one tenant. `seal_isolate` makes roles, policies and grants; the server calls it at each start, so that what later
-- migrations add is held as well.

-- Adds to the counters of messages of many tenants, and answers what they have now. A tenant that is gone is not counted.
--
--   p_key, p_points, p_expire  in parallel: the counters, what is added, and when the minute that is counted ends (ms)
CREATE OR REPLACE FUNCTION seal_count_messages(p_key text[], p_points int[], p_expire bigint[])
RETURNS TABLE (key text, points int, expire bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
  INSERT INTO rate_counters AS r (key, points, expire)
  SELECT c.key, c.points, c.expire
  FROM unnest(p_key, p_points, p_expire) AS c(key, points, expire)
  JOIN tenants t ON t.id = substr(c.key, 1, 36)::uuid
  ORDER BY 1
  ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN r.expire < excluded.expire THEN 0 ELSE r.points END + excluded.points,
    expire = greatest(r.expire, excluded.expire)
  RETURNING r.key, r.points, r.expire
$$;

-- Finds the tenant of a publishable key, with what it allows; nothing for a key that nobody has. Which tenant asks is not known
-- before.
--
--   p_key  the key
CREATE OR REPLACE FUNCTION seal_find_app_key(p_key text)
RETURNS TABLE (tenant_id uuid, allowed_origins text[], limits jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT k.tenant_id, k.allowed_origins, t.limits
  FROM publishable_keys k JOIN tenants t ON t.id = k.tenant_id
  WHERE k.key = p_key
$$;

-- Finds the members of conversations of many tenants.
--
--   p_tenant, p_conversation  in parallel: the conversations, which may be named more than once
CREATE OR REPLACE FUNCTION seal_find_audiences(p_tenant uuid[], p_conversation uuid[])
RETURNS TABLE (tenant_id uuid, conversation_id uuid, members uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT m.tenant_id, m.conversation_id, array_agg(m.user_id)
  FROM memberships m
  JOIN (
    SELECT DISTINCT x.tenant_id, x.conversation_id
    FROM unnest(p_tenant, p_conversation) AS x(tenant_id, conversation_id)
  ) c ON c.tenant_id = m.tenant_id AND c.conversation_id = m.conversation_id
  GROUP BY m.tenant_id, m.conversation_id
$$;

-- Finds the mailboxes, of many tenants, that reach further than the given positions: their places in the lists, from 1.
--
--   p_tenant, p_device, p_position  in parallel: the mailboxes, and a position in each
CREATE OR REPLACE FUNCTION seal_find_behind(p_tenant uuid[], p_device uuid[], p_position bigint[])
RETURNS TABLE (n int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT x.n::int
  FROM unnest(p_tenant, p_device, p_position) WITH ORDINALITY AS x(tenant_id, device_id, position, n)
  JOIN mailboxes b ON b.tenant_id = x.tenant_id AND b.device_id = x.device_id
  WHERE b.head > x.position
$$;

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
    "messages": "SELECT, INSERT", "mailbox_entries": "SELECT, INSERT"}';
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

-- Stores a batch of direct messages of many conversations and tenants: each body once, each envelope in its device's
-- mailbox. Repeating a batch stores nothing twice.
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

  UPDATE conversations c SET last_seq = x.last_seq, last_at = v_at[x.conv]
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

  IF p_now < ANY (v_at) THEN
    SELECT array_agg(s.n::int), array_agg(v_at[p_group_conv[p_item_group[s.n]]]) INTO o_late_item, o_late_at
    FROM unnest(o_seq) WITH ORDINALITY AS s(seq, n)
    WHERE s.seq IS NOT NULL AND v_at[p_group_conv[p_item_group[s.n]]] > p_now;
  END IF;
END $$;

