-- name: attachments.drop.dirty_attachments
DROP TABLE IF EXISTS unnest.dirty_attachments;

-- name: attachments.drop.recent_attachments
DROP TABLE IF EXISTS unnest.recent_attachments;

-- name: attachments.drop.corrected_attachments
DROP TABLE IF EXISTS unnest.corrected_attachments;
