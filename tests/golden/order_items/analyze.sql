-- name: analyze.order_items
ANALYZE public.order_items;

-- name: analyze.residue_order_items
ANALYZE unnest.residue_order_items;
