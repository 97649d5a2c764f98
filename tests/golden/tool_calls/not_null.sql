-- name: restore_not_null.public.messages.tool_calls
-- locks: public.messages
SELECT unnest.restore_not_null('of_tool_calls', 'public.messages', 'tool_calls');

-- name: restore_not_null.public.messages.partial_tool_calls
-- locks: public.messages
SELECT unnest.restore_not_null('of_tool_calls', 'public.messages', 'partial_tool_calls');
