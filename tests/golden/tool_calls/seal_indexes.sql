-- name: constraint.unnest_residue_tool_calls_parent
-- locks: unnest.residue_tool_calls, public.messages
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_tool_calls') AND conname = 'unnest_residue_tool_calls_parent'
ALTER TABLE unnest.residue_tool_calls ADD CONSTRAINT unnest_residue_tool_calls_parent FOREIGN KEY (parent) REFERENCES public.messages (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_tool_calls_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_tool_calls') AND conname = 'unnest_residue_tool_calls_parent' AND convalidated
ALTER TABLE unnest.residue_tool_calls VALIDATE CONSTRAINT unnest_residue_tool_calls_parent;
