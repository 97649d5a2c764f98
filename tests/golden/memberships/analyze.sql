-- name: analyze.memberships
ANALYZE public.memberships;

-- name: analyze.residue_memberships
ANALYZE unnest.residue_memberships;
