-- name: order_items.drop.dirty_order_items
DROP TABLE IF EXISTS unnest.dirty_order_items;

-- name: order_items.drop.recent_order_items
DROP TABLE IF EXISTS unnest.recent_order_items;

-- name: order_items.drop.corrected_order_items
DROP TABLE IF EXISTS unnest.corrected_order_items;
