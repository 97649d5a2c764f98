-- name: addresses.drop.dirty_addresses
DROP TABLE IF EXISTS unnest.dirty_addresses;

-- name: addresses.drop.recent_addresses
DROP TABLE IF EXISTS unnest.recent_addresses;

-- name: addresses.drop.corrected_addresses
DROP TABLE IF EXISTS unnest.corrected_addresses;
