-- name: restore_not_null.public.orders.items
-- locks: public.orders
SELECT unnest.restore_not_null('of_order_items', 'public.orders', 'items');
