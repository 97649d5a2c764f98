-- name: constraint.unnest_residue_preferences_parent
-- locks: unnest.residue_preferences, public.users
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_preferences') AND conname = 'unnest_residue_preferences_parent'
ALTER TABLE unnest.residue_preferences ADD CONSTRAINT unnest_residue_preferences_parent FOREIGN KEY (parent) REFERENCES public.users (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_preferences_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_preferences') AND conname = 'unnest_residue_preferences_parent' AND convalidated
ALTER TABLE unnest.residue_preferences VALIDATE CONSTRAINT unnest_residue_preferences_parent;
