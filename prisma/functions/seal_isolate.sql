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
    "messages": "SELECT, INSERT", "mailbox_entries": "SELECT, INSERT",
    "waiting": "", "usage_hours": "", "usage_days": "", "usage_connections": "", "usage_latencies": "", "active_days": "",
    "active_keys": ""}';
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
