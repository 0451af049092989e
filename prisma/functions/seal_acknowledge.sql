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
