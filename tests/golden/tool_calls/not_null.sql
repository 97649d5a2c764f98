-- name: restore_not_null.public.messages.tool_calls
-- locks: public.messages
SELECT unnest.restore_not_null('of_tool_calls', 'public.messages', 'tool_calls');

-- name: restore_not_null.public.messages.partial_tool_calls
-- locks: public.messages
SELECT unnest.restore_not_null('of_tool_calls', 'public.messages', 'partial_tool_calls');

-- name: release.residue_tool_calls
-- locks: public.messages
ALTER TABLE unnest.residue_tool_calls DROP CONSTRAINT IF EXISTS unnest_residue_tool_calls_parent;
