-- Refuses the statement under way unless `p_found` is true, as a violated foreign key does.
--
--   p_found  whether what rows point at exists
--   p_text   what is wrong otherwise; it names no ids
CREATE OR REPLACE FUNCTION seal_require(p_found boolean, p_text text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_found IS NOT TRUE THEN
    RAISE foreign_key_violation USING MESSAGE = p_text;
  END IF;
END $$;
