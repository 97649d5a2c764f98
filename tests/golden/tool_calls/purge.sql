-- name: drop_column.public.messages.tool_calls
-- locks: public.messages
SELECT unnest.drop_column('of_tool_calls', 'public.messages', 'tool_calls', 'unnest_retired_tool_calls');

-- name: drop_column.public.messages.partial_tool_calls
-- locks: public.messages
SELECT unnest.drop_column('of_tool_calls', 'public.messages', 'partial_tool_calls', 'unnest_retired_partial_tool_calls');
