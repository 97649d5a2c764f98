-- name: attachments.disarm.public.messages
-- locks: public.messages
SELECT unnest.drop_triggers('public.messages', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.disarm.public.attachments
-- locks: public.attachments
SELECT unnest.drop_triggers('public.attachments', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: attachments.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_attachments__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_attachments;

-- name: set_aside.attachments
SELECT unnest.set_aside('of_attachments', 'public.attachments');

-- name: drop.residue_attachments
DROP TABLE IF EXISTS unnest.residue_attachments;

-- name: attachments.drop.dirty_attachments
DROP TABLE IF EXISTS unnest.dirty_attachments;

-- name: attachments.drop.recent_attachments
DROP TABLE IF EXISTS unnest.recent_attachments;

-- name: attachments.drop.corrected_attachments
DROP TABLE IF EXISTS unnest.corrected_attachments;
