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
