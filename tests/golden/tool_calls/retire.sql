-- name: tool_calls.disarm.public.messages
-- locks: public.messages
SELECT unnest.drop_triggers('public.messages', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.disarm.public.tool_calls
-- locks: public.tool_calls
SELECT unnest.drop_triggers('public.tool_calls', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: tool_calls.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_tool_calls__');

-- name: hide_column.public.messages.tool_calls
-- locks: public.messages
SELECT unnest.hide_column('of_tool_calls', 'public.messages', 'tool_calls', 'unnest_retired_tool_calls');

-- name: hide_column.public.messages.partial_tool_calls
-- locks: public.messages
SELECT unnest.hide_column('of_tool_calls', 'public.messages', 'partial_tool_calls', 'unnest_retired_partial_tool_calls');
