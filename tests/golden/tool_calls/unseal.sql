-- name: unseal.residue_tool_calls
-- locks: public.messages
ALTER TABLE unnest.residue_tool_calls DROP CONSTRAINT IF EXISTS unnest_residue_tool_calls_parent;
