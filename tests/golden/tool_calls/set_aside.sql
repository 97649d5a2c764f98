-- name: tool_calls.disarm.public.messages
-- locks: public.messages
SELECT unnest.drop_triggers('public.messages', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.disarm.public.tool_calls
-- locks: public.tool_calls
SELECT unnest.drop_triggers('public.tool_calls', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_tool_calls;

-- name: set_aside.tool_calls
SELECT unnest.set_aside('of_tool_calls', 'public.tool_calls');

-- name: drop.residue_tool_calls
DROP TABLE IF EXISTS unnest.residue_tool_calls;

-- name: tool_calls.drop.dirty_tool_calls
DROP TABLE IF EXISTS unnest.dirty_tool_calls;

-- name: tool_calls.drop.recent_tool_calls
DROP TABLE IF EXISTS unnest.recent_tool_calls;

-- name: tool_calls.drop.corrected_tool_calls
DROP TABLE IF EXISTS unnest.corrected_tool_calls;
