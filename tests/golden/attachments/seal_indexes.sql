-- name: constraint.unnest_residue_attachments_parent
-- locks: unnest.residue_attachments, public.messages
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_attachments') AND conname = 'unnest_residue_attachments_parent'
ALTER TABLE unnest.residue_attachments ADD CONSTRAINT unnest_residue_attachments_parent FOREIGN KEY (parent) REFERENCES public.messages (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_attachments_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_attachments') AND conname = 'unnest_residue_attachments_parent' AND convalidated
ALTER TABLE unnest.residue_attachments VALIDATE CONSTRAINT unnest_residue_attachments_parent;
