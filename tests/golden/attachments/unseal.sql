-- name: unseal.residue_attachments
-- locks: public.messages
ALTER TABLE unnest.residue_attachments DROP CONSTRAINT IF EXISTS unnest_residue_attachments_parent;
