-- name: preferences.drop.dirty_preferences
DROP TABLE IF EXISTS unnest.dirty_preferences;

-- name: preferences.drop.recent_preferences
DROP TABLE IF EXISTS unnest.recent_preferences;

-- name: preferences.drop.corrected_preferences
DROP TABLE IF EXISTS unnest.corrected_preferences;
