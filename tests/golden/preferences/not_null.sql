-- name: restore_not_null.public.users.preferences
-- locks: public.users
SELECT unnest.restore_not_null('of_preferences', 'public.users', 'preferences');

-- name: release.residue_preferences
-- locks: public.users
ALTER TABLE unnest.residue_preferences DROP CONSTRAINT IF EXISTS unnest_residue_preferences_parent;
