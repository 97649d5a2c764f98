-- name: attachments.disarm.public.messages
-- locks: public.messages
SELECT unnest.drop_triggers('public.messages', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.disarm.public.attachments
-- locks: public.attachments
SELECT unnest.drop_triggers('public.attachments', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: hide_column.public.messages.attachments
-- locks: public.messages
SELECT unnest.hide_column('of_attachments', 'public.messages', 'attachments', 'unnest_retired_attachments');
