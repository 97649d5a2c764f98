-- name: analyze.addresses
ANALYZE public.addresses;

-- name: analyze.residue_addresses
ANALYZE unnest.residue_addresses;
