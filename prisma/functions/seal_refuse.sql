-- Fails the statement under way as a violated foreign key does.
--
--   p_reason  what is wrong; it names no ids
CREATE OR REPLACE FUNCTION seal_refuse(p_reason text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE foreign_key_violation USING MESSAGE = p_reason;
END $$;
