-- name: restore_not_null.public.messages.attachments
-- locks: public.messages
SELECT unnest.restore_not_null('of_attachments', 'public.messages', 'attachments');
