-- name: index.attachments_pkey
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.attachments_pkey
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.attachments_pkey') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS attachments_pkey ON public.attachments (id);

-- name: constraint.attachments_pkey
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'attachments_pkey'
ALTER TABLE public.attachments ADD CONSTRAINT attachments_pkey PRIMARY KEY USING INDEX attachments_pkey;

-- name: index.ix_attachments_conversation_id
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_attachments_conversation_id
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_attachments_conversation_id') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_attachments_conversation_id ON public.attachments (conversation_id);

-- name: index.ix_attachments_storage_id
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_attachments_storage_id
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_attachments_storage_id') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_attachments_storage_id ON public.attachments (storage_id);

-- name: index.ix_attachments_user_id
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_attachments_user_id
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_attachments_user_id') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_attachments_user_id ON public.attachments (user_id);

-- name: constraint.unnest_attachments_type_not_null
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'type' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_type_not_null'
ALTER TABLE public.attachments ADD CONSTRAINT unnest_attachments_type_not_null CHECK (type IS NOT NULL) NOT VALID;

-- name: validate.unnest_attachments_type_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'type' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_type_not_null' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT unnest_attachments_type_not_null;

-- name: not_null.attachments.type
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'type' AND attnotnull
ALTER TABLE public.attachments ALTER COLUMN type SET NOT NULL;

-- name: drop.unnest_attachments_type_not_null
-- locks: public.attachments
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_type_not_null')
ALTER TABLE public.attachments DROP CONSTRAINT IF EXISTS unnest_attachments_type_not_null;

-- name: constraint.unnest_attachments_name_not_null
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'name' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_name_not_null'
ALTER TABLE public.attachments ADD CONSTRAINT unnest_attachments_name_not_null CHECK (name IS NOT NULL) NOT VALID;

-- name: validate.unnest_attachments_name_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'name' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_name_not_null' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT unnest_attachments_name_not_null;

-- name: not_null.attachments.name
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'name' AND attnotnull
ALTER TABLE public.attachments ALTER COLUMN name SET NOT NULL;

-- name: drop.unnest_attachments_name_not_null
-- locks: public.attachments
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_name_not_null')
ALTER TABLE public.attachments DROP CONSTRAINT IF EXISTS unnest_attachments_name_not_null;

-- name: constraint.unnest_attachments_storage_id_not_null
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'storage_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_storage_id_not_null'
ALTER TABLE public.attachments ADD CONSTRAINT unnest_attachments_storage_id_not_null CHECK (storage_id IS NOT NULL) NOT VALID;

-- name: validate.unnest_attachments_storage_id_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'storage_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_storage_id_not_null' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT unnest_attachments_storage_id_not_null;

-- name: not_null.attachments.storage_id
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'storage_id' AND attnotnull
ALTER TABLE public.attachments ALTER COLUMN storage_id SET NOT NULL;

-- name: drop.unnest_attachments_storage_id_not_null
-- locks: public.attachments
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_storage_id_not_null')
ALTER TABLE public.attachments DROP CONSTRAINT IF EXISTS unnest_attachments_storage_id_not_null;

-- name: constraint.unnest_attachments_mime_type_not_null
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'mime_type' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_mime_type_not_null'
ALTER TABLE public.attachments ADD CONSTRAINT unnest_attachments_mime_type_not_null CHECK (mime_type IS NOT NULL) NOT VALID;

-- name: validate.unnest_attachments_mime_type_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'mime_type' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_mime_type_not_null' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT unnest_attachments_mime_type_not_null;

-- name: not_null.attachments.mime_type
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'mime_type' AND attnotnull
ALTER TABLE public.attachments ALTER COLUMN mime_type SET NOT NULL;

-- name: drop.unnest_attachments_mime_type_not_null
-- locks: public.attachments
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_mime_type_not_null')
ALTER TABLE public.attachments DROP CONSTRAINT IF EXISTS unnest_attachments_mime_type_not_null;

-- name: constraint.unnest_attachments_size_not_null
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'size' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_size_not_null'
ALTER TABLE public.attachments ADD CONSTRAINT unnest_attachments_size_not_null CHECK (size IS NOT NULL) NOT VALID;

-- name: validate.unnest_attachments_size_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'size' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_size_not_null' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT unnest_attachments_size_not_null;

-- name: not_null.attachments.size
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.attachments') AND attname = 'size' AND attnotnull
ALTER TABLE public.attachments ALTER COLUMN size SET NOT NULL;

-- name: drop.unnest_attachments_size_not_null
-- locks: public.attachments
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'unnest_attachments_size_not_null')
ALTER TABLE public.attachments DROP CONSTRAINT IF EXISTS unnest_attachments_size_not_null;

-- name: constraint.attachments_type_check
-- locks: public.attachments
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'attachments_type_check'
ALTER TABLE public.attachments ADD CONSTRAINT attachments_type_check CHECK (type IN ('file', 'image', 'audio')) NOT VALID;

-- name: validate.attachments_type_check
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'attachments_type_check' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT attachments_type_check;

-- name: constraint.attachments_message_id_fkey
-- locks: public.attachments, public.messages
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'attachments_message_id_fkey'
ALTER TABLE public.attachments ADD CONSTRAINT attachments_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.messages (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.attachments_message_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.attachments') AND conname = 'attachments_message_id_fkey' AND convalidated
ALTER TABLE public.attachments VALIDATE CONSTRAINT attachments_message_id_fkey;
