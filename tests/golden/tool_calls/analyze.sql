-- name: analyze.tool_calls
ANALYZE public.tool_calls;

-- name: analyze.residue_tool_calls
ANALYZE unnest.residue_tool_calls;
