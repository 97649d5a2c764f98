-- name: index.tool_calls_pkey
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.tool_calls_pkey
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.tool_calls_pkey') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS tool_calls_pkey ON public.tool_calls (id);

-- name: constraint.tool_calls_pkey
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'tool_calls_pkey'
ALTER TABLE public.tool_calls ADD CONSTRAINT tool_calls_pkey PRIMARY KEY USING INDEX tool_calls_pkey;

-- name: index.ix_tool_calls_conversation_id
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_tool_calls_conversation_id
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_tool_calls_conversation_id') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_tool_calls_conversation_id ON public.tool_calls (conversation_id);

-- name: index.ix_tool_calls_message_id_tool_call_id
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_tool_calls_message_id_tool_call_id
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_tool_calls_message_id_tool_call_id') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_tool_calls_message_id_tool_call_id ON public.tool_calls (message_id, tool_call_id);

-- name: index.ix_tool_calls_user_id
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_tool_calls_user_id
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_tool_calls_user_id') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_tool_calls_user_id ON public.tool_calls (user_id);

-- name: constraint.unnest_tool_calls_tool_call_id_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'tool_call_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_tool_call_id_not_null'
ALTER TABLE public.tool_calls ADD CONSTRAINT unnest_tool_calls_tool_call_id_not_null CHECK (tool_call_id IS NOT NULL) NOT VALID;

-- name: validate.unnest_tool_calls_tool_call_id_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'tool_call_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_tool_call_id_not_null' AND convalidated
ALTER TABLE public.tool_calls VALIDATE CONSTRAINT unnest_tool_calls_tool_call_id_not_null;

-- name: not_null.tool_calls.tool_call_id
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'tool_call_id' AND attnotnull
ALTER TABLE public.tool_calls ALTER COLUMN tool_call_id SET NOT NULL;

-- name: drop.unnest_tool_calls_tool_call_id_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_tool_call_id_not_null')
ALTER TABLE public.tool_calls DROP CONSTRAINT IF EXISTS unnest_tool_calls_tool_call_id_not_null;

-- name: constraint.unnest_tool_calls_tool_name_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'tool_name' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_tool_name_not_null'
ALTER TABLE public.tool_calls ADD CONSTRAINT unnest_tool_calls_tool_name_not_null CHECK (tool_name IS NOT NULL) NOT VALID;

-- name: validate.unnest_tool_calls_tool_name_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'tool_name' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_tool_name_not_null' AND convalidated
ALTER TABLE public.tool_calls VALIDATE CONSTRAINT unnest_tool_calls_tool_name_not_null;

-- name: not_null.tool_calls.tool_name
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'tool_name' AND attnotnull
ALTER TABLE public.tool_calls ALTER COLUMN tool_name SET NOT NULL;

-- name: drop.unnest_tool_calls_tool_name_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_tool_name_not_null')
ALTER TABLE public.tool_calls DROP CONSTRAINT IF EXISTS unnest_tool_calls_tool_name_not_null;

-- name: constraint.unnest_tool_calls_args_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'args' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_args_not_null'
ALTER TABLE public.tool_calls ADD CONSTRAINT unnest_tool_calls_args_not_null CHECK (args IS NOT NULL) NOT VALID;

-- name: validate.unnest_tool_calls_args_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'args' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_args_not_null' AND convalidated
ALTER TABLE public.tool_calls VALIDATE CONSTRAINT unnest_tool_calls_args_not_null;

-- name: not_null.tool_calls.args
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'args' AND attnotnull
ALTER TABLE public.tool_calls ALTER COLUMN args SET NOT NULL;

-- name: drop.unnest_tool_calls_args_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_args_not_null')
ALTER TABLE public.tool_calls DROP CONSTRAINT IF EXISTS unnest_tool_calls_args_not_null;

-- name: constraint.unnest_tool_calls_timestamp_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'timestamp' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_timestamp_not_null'
ALTER TABLE public.tool_calls ADD CONSTRAINT unnest_tool_calls_timestamp_not_null CHECK (timestamp IS NOT NULL) NOT VALID;

-- name: validate.unnest_tool_calls_timestamp_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'timestamp' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_timestamp_not_null' AND convalidated
ALTER TABLE public.tool_calls VALIDATE CONSTRAINT unnest_tool_calls_timestamp_not_null;

-- name: not_null.tool_calls.timestamp
-- locks: public.tool_calls
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.tool_calls') AND attname = 'timestamp' AND attnotnull
ALTER TABLE public.tool_calls ALTER COLUMN timestamp SET NOT NULL;

-- name: drop.unnest_tool_calls_timestamp_not_null
-- locks: public.tool_calls
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'unnest_tool_calls_timestamp_not_null')
ALTER TABLE public.tool_calls DROP CONSTRAINT IF EXISTS unnest_tool_calls_timestamp_not_null;

-- name: constraint.tool_calls_message_id_fkey
-- locks: public.tool_calls, public.messages
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'tool_calls_message_id_fkey'
ALTER TABLE public.tool_calls ADD CONSTRAINT tool_calls_message_id_fkey FOREIGN KEY (message_id) REFERENCES public.messages (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.tool_calls_message_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.tool_calls') AND conname = 'tool_calls_message_id_fkey' AND convalidated
ALTER TABLE public.tool_calls VALIDATE CONSTRAINT tool_calls_message_id_fkey;
