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
