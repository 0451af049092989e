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
