-- name: add_hidden_column.public.messages.attachments
-- locks: public.messages
SELECT unnest.add_hidden_column('of_attachments', 'public.messages', 'attachments', 'unnest_retired_attachments');
