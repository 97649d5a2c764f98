-- name: add_hidden_column.public.orders.items
-- locks: public.orders
SELECT unnest.add_hidden_column('of_order_items', 'public.orders', 'items', 'unnest_retired_items');
