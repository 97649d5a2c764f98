-- name: drop_column.public.messages.attachments
-- locks: public.messages
SELECT unnest.drop_column('of_attachments', 'public.messages', 'attachments', 'unnest_retired_attachments');
