-- name: add_hidden_column.public.messages.tool_calls
-- locks: public.messages
SELECT unnest.add_hidden_column('of_tool_calls', 'public.messages', 'tool_calls', 'unnest_retired_tool_calls');

-- name: add_hidden_column.public.messages.partial_tool_calls
-- locks: public.messages
SELECT unnest.add_hidden_column('of_tool_calls', 'public.messages', 'partial_tool_calls', 'unnest_retired_partial_tool_calls');
