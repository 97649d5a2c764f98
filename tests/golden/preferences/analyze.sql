-- name: analyze.preferences
ANALYZE public.preferences;

-- name: analyze.residue_preferences
ANALYZE unnest.residue_preferences;
