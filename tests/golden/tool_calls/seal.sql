-- name: tool_calls.drop.dirty_tool_calls
DROP TABLE IF EXISTS unnest.dirty_tool_calls;

-- name: tool_calls.drop.recent_tool_calls
DROP TABLE IF EXISTS unnest.recent_tool_calls;

-- name: tool_calls.drop.corrected_tool_calls
DROP TABLE IF EXISTS unnest.corrected_tool_calls;
