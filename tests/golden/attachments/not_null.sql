-- name: restore_not_null.public.messages.attachments
-- locks: public.messages
SELECT unnest.restore_not_null('of_attachments', 'public.messages', 'attachments');

-- name: release.residue_attachments
-- locks: public.messages
ALTER TABLE unnest.residue_attachments DROP CONSTRAINT IF EXISTS unnest_residue_attachments_parent;
