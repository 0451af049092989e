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
