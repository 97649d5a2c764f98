-- name: addresses.backfill
-- migration of_addresses, mapping addresses: backfill
CREATE OR REPLACE FUNCTION unnest.addresses__backfill(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_reconcile boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
u_keys TEXT[];
u_elements bigint := 0;
u_placed bigint := 0;
u_quarantined bigint := 0;
u_merged bigint := 0;
u_copied bigint := 0;
u_out bigint := 0;
u_same bigint := 0;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(address), 0) AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_addresses', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.users.id AS k, CASE WHEN (jsonb_typeof(public.users.address) = 'null') THEN 0 WHEN (public.users.address IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND public.users.id <= u_last ORDER BY public.users.id FOR NO KEY UPDATE) AS l;
IF u_reconcile THEN
WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_addresses WHERE unnest.residue_addresses.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_addresses.parent AND unnest.residue_addresses.part = residue_derived.part AND unnest.residue_addresses.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits),
rows_deleted AS
(DELETE FROM public.addresses WHERE public.addresses.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.user_id = public.addresses.user_id))),
rows_written AS
(INSERT INTO public.addresses (user_id, city, zip_code) SELECT rows_derived.user_id AS user_id, rows_derived.city AS city, rows_derived.zip_code AS zip_code
FROM rows_derived ORDER BY rows_derived.user_id ON CONFLICT (user_id) DO UPDATE SET city = excluded.city, zip_code = excluded.zip_code WHERE (public.addresses.city, public.addresses.zip_code) IS DISTINCT FROM (excluded.city, excluded.zip_code))
 INSERT INTO unnest.residue_addresses (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_addresses.value, unnest.residue_addresses.account, unnest.residue_addresses.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
u_placed := -1;
ELSE
WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL),
rows_copied AS
(INSERT INTO public.addresses (user_id, city, zip_code) SELECT e.user_id AS user_id, e.city AS city, e.zip_code AS zip_code
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e ORDER BY e.user_id ON CONFLICT (user_id) DO NOTHING RETURNING 1 AS one),
residue_copied AS
(INSERT INTO unnest.residue_addresses (parent, part, position, value, account, reason) SELECT e.parent AS parent, e.part AS part, e.position AS position, e.value AS value, e.account AS account, e.reason AS reason
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue) AS e ORDER BY e.parent, e.part, e.position ON CONFLICT (parent, part, position) DO NOTHING RETURNING unnest.residue_addresses.account)
 SELECT 0 + (SELECT count(*) AS count_1
FROM rows_copied) AS anon_1, 0 + (SELECT count(*) AS count_2
FROM residue_copied
WHERE residue_copied.account = 'quarantined') AS anon_2, 0 + (SELECT count(*) AS count_3
FROM residue_copied
WHERE residue_copied.account = 'merged') AS anon_3
INTO u_copied, u_out, u_same;
u_placed := u_placed + u_copied;
u_quarantined := u_quarantined + u_out;
u_merged := u_merged + u_same;
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
u_placed := (SELECT count(*) FROM public.addresses WHERE user_id = ANY (u_keys));
SELECT count(*) FILTER (WHERE account = 'quarantined'), count(*) FILTER (WHERE account = 'merged') INTO u_quarantined, u_merged
FROM unnest.residue_addresses WHERE parent = ANY (u_keys);
END IF;
IF u_elements <> u_placed + u_quarantined + u_merged THEN
RAISE EXCEPTION 'unnest: accounting does not balance (migration of_addresses, mapping addresses): parents %..%: % elements in, % placed, % merged, % quarantined', u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined USING ERRCODE = 'data_corrupted';
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,
'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: addresses.window_users
-- migration of_addresses, mapping addresses: window_users
CREATE OR REPLACE FUNCTION unnest.addresses__window_users(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(address), 0) AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: addresses.rebuild_users
-- migration of_addresses, mapping addresses: rebuild_users
CREATE OR REPLACE FUNCTION unnest.addresses__rebuild_users(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint, u_account boolean) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
u_keys TEXT[];
u_fresh TEXT[];
u_changed bigint := 0;
u_elements bigint := 0;
u_placed bigint := 0;
u_quarantined bigint := 0;
u_merged bigint := 0;
u_apart bigint := 0;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT q.k, q.size, sum(q.size) OVER (ORDER BY q.k) - q.size AS before
FROM (SELECT id AS k, coalesce(pg_column_size(address), 0) AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS q) AS w WHERE w.before < u_bytes;
IF u_parents = 0 THEN RETURN NULL; END IF;
u_set := set_config('unnest.m_addresses', 'rev', true);
u_set := set_config('unnest.engine', 'on', true);
SELECT coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0) INTO u_keys, u_elements
FROM (SELECT public.users.id AS k, CASE WHEN (jsonb_typeof(public.users.address) = 'null') THEN 0 WHEN (public.users.address IS NOT NULL) THEN 1 ELSE 0 END AS n
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND public.users.id <= u_last ORDER BY public.users.id FOR NO KEY UPDATE) AS l;
UPDATE public.users SET address=r.address FROM (SELECT p.id AS id, CASE WHEN (r.user_id IS NOT NULL) THEN coalesce(CASE WHEN (l.reason = 'unknown keys') THEN l.value END, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('city', to_jsonb(r.city), 'zipCode', to_jsonb(r.zip_code))) ELSE CASE WHEN (l.reason != 'unknown keys') THEN l.value END END AS address
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
LEFT JOIN public.addresses AS r ON r.user_id = p.id
LEFT JOIN unnest.residue_addresses AS l ON l.parent = p.id
 LIMIT ALL OFFSET 0) AS r WHERE public.users.id = ANY (u_keys) AND public.users.id = r.id AND public.users.address IS DISTINCT FROM r.address;
GET DIAGNOSTICS u_changed = ROW_COUNT;
IF EXISTS (WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e
FULL JOIN (SELECT public.addresses.user_id AS user_id, public.addresses.city AS city, public.addresses.zip_code AS zip_code
FROM public.addresses
WHERE public.addresses.user_id = ANY (u_keys)) AS t ON e.user_id = t.user_id
WHERE e.user_id IS NULL OR t.user_id IS NULL OR (e.city, e.zip_code) IS DISTINCT FROM (t.city, t.zip_code) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue) AS e
FULL JOIN (SELECT unnest.residue_addresses.parent AS parent, unnest.residue_addresses.part AS part, unnest.residue_addresses.position AS position, unnest.residue_addresses.value AS value, unnest.residue_addresses.account AS account, unnest.residue_addresses.reason AS reason
FROM unnest.residue_addresses
WHERE unnest.residue_addresses.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_addresses WHERE unnest.residue_addresses.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_addresses.parent AND unnest.residue_addresses.part = residue_derived.part AND unnest.residue_addresses.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.addresses (user_id, city, zip_code) SELECT e.user_id AS user_id, e.city AS city, e.zip_code AS zip_code
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e ORDER BY e.user_id ON CONFLICT (user_id) DO UPDATE SET city = excluded.city, zip_code = excluded.zip_code WHERE (public.addresses.city, public.addresses.zip_code) IS DISTINCT FROM (excluded.city, excluded.zip_code))
 INSERT INTO unnest.residue_addresses (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_addresses.value, unnest.residue_addresses.account, unnest.residue_addresses.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL)
 SELECT 1
FROM public.addresses
WHERE public.addresses.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e
WHERE e.user_id = public.addresses.user_id))) THEN
RAISE EXCEPTION 'unnest: this row of addresses can not be carried back to users (migration of_addresses); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'addresses';
END IF;
END IF;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,
'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);
END $unnest$;

-- name: addresses.verify_users
-- migration of_addresses, mapping addresses: verify_users
CREATE OR REPLACE FUNCTION unnest.addresses__verify_users(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;

BEGIN
RETURN QUERY WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL)
 SELECT 'rows of addresses' AS anon_1, CAST(coalesce(e.user_id, t.user_id) AS TEXT) AS coalesce_1, CAST(jsonb_build_object('user_id', coalesce(e.user_id, t.user_id)) AS TEXT) AS jsonb_build_object_1, to_jsonb(e.*) AS to_jsonb_1, to_jsonb(t.*) AS to_jsonb_2
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e
FULL JOIN (SELECT public.addresses.user_id AS user_id, public.addresses.city AS city, public.addresses.zip_code AS zip_code
FROM public.addresses
WHERE (u_after IS NULL OR public.addresses.user_id > u_after) AND (u_upto IS NULL OR public.addresses.user_id <= u_upto)) AS t ON e.user_id = t.user_id
WHERE e.user_id IS NULL OR t.user_id IS NULL OR (e.city, e.zip_code) IS DISTINCT FROM (t.city, t.zip_code) UNION ALL SELECT 'rows of residue_addresses' AS anon_2, CAST(coalesce(e.parent, t.parent) AS TEXT) AS coalesce_2, CAST(jsonb_build_object('parent', coalesce(e.parent, t.parent), 'part', coalesce(e.part, t.part), 'position', coalesce(e.position, t.position)) AS TEXT) AS jsonb_build_object_2, to_jsonb(e.*) AS to_jsonb_3, to_jsonb(t.*) AS to_jsonb_4
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue) AS e
FULL JOIN (SELECT unnest.residue_addresses.parent AS parent, unnest.residue_addresses.part AS part, unnest.residue_addresses.position AS position, unnest.residue_addresses.value AS value, unnest.residue_addresses.account AS account, unnest.residue_addresses.reason AS reason
FROM unnest.residue_addresses
WHERE (u_after IS NULL OR unnest.residue_addresses.parent > u_after) AND (u_upto IS NULL OR unnest.residue_addresses.parent <= u_upto)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)
LIMIT u_limit;
RETURN QUERY SELECT 'nested value of users' AS anon_1, CAST(p.id AS TEXT) AS id, 'address' AS anon_2, to_jsonb(r.address) AS to_jsonb_1, to_jsonb(p.address) AS to_jsonb_2
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, CASE WHEN (r.user_id IS NOT NULL) THEN coalesce(CASE WHEN (l.reason = 'unknown keys') THEN l.value END, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('city', to_jsonb(r.city), 'zipCode', to_jsonb(r.zip_code))) ELSE CASE WHEN (l.reason != 'unknown keys') THEN l.value END END AS address
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
LEFT JOIN public.addresses AS r ON r.user_id = p.id
LEFT JOIN unnest.residue_addresses AS l ON l.parent = p.id) AS r ON r.id = p.id
WHERE p.address IS DISTINCT FROM r.address
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: addresses.repair_users
-- migration of_addresses, mapping addresses: repair_users
CREATE OR REPLACE FUNCTION unnest.addresses__repair_users(u_keys TEXT[], u_direction text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
PERFORM public.users.id
FROM public.users
WHERE public.users.id = ANY (u_keys) ORDER BY public.users.id FOR NO KEY UPDATE;
IF u_direction = 'legacy' THEN
u_set := set_config('unnest.m_addresses', 'fwd', true);
WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_addresses WHERE unnest.residue_addresses.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_addresses.parent AND unnest.residue_addresses.part = residue_derived.part AND unnest.residue_addresses.position = residue_derived.position))),
rows_derived AS MATERIALIZED
(SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits),
rows_deleted AS
(DELETE FROM public.addresses WHERE public.addresses.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM rows_derived
WHERE rows_derived.user_id = public.addresses.user_id))),
rows_written AS
(INSERT INTO public.addresses (user_id, city, zip_code) SELECT rows_derived.user_id AS user_id, rows_derived.city AS city, rows_derived.zip_code AS zip_code
FROM rows_derived ORDER BY rows_derived.user_id ON CONFLICT (user_id) DO UPDATE SET city = excluded.city, zip_code = excluded.zip_code WHERE (public.addresses.city, public.addresses.zip_code) IS DISTINCT FROM (excluded.city, excluded.zip_code))
 INSERT INTO unnest.residue_addresses (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_addresses.value, unnest.residue_addresses.account, unnest.residue_addresses.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
ELSE
u_set := set_config('unnest.m_addresses', 'rev', true);
UPDATE public.users SET address=r.address FROM (SELECT p.id AS id, CASE WHEN (r.user_id IS NOT NULL) THEN coalesce(CASE WHEN (l.reason = 'unknown keys') THEN l.value END, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('city', to_jsonb(r.city), 'zipCode', to_jsonb(r.zip_code))) ELSE CASE WHEN (l.reason != 'unknown keys') THEN l.value END END AS address
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
LEFT JOIN public.addresses AS r ON r.user_id = p.id
LEFT JOIN unnest.residue_addresses AS l ON l.parent = p.id
 LIMIT ALL OFFSET 0) AS r WHERE public.users.id = ANY (u_keys) AND public.users.id = r.id AND public.users.address IS DISTINCT FROM r.address;
IF EXISTS (WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL)
 SELECT differences.one
FROM (SELECT 1 AS one
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e
FULL JOIN (SELECT public.addresses.user_id AS user_id, public.addresses.city AS city, public.addresses.zip_code AS zip_code
FROM public.addresses
WHERE public.addresses.user_id = ANY (u_keys)) AS t ON e.user_id = t.user_id
WHERE e.user_id IS NULL OR t.user_id IS NULL OR (e.city, e.zip_code) IS DISTINCT FROM (t.city, t.zip_code) UNION ALL SELECT 1 AS one
FROM (SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue) AS e
FULL JOIN (SELECT unnest.residue_addresses.parent AS parent, unnest.residue_addresses.part AS part, unnest.residue_addresses.position AS position, unnest.residue_addresses.value AS value, unnest.residue_addresses.account AS account, unnest.residue_addresses.reason AS reason
FROM unnest.residue_addresses
WHERE unnest.residue_addresses.parent = ANY (u_keys)) AS t ON e.parent = t.parent AND t.part = e.part AND t.position = e.position
WHERE e.parent IS NULL OR t.parent IS NULL OR (e.value, e.account, e.reason) IS DISTINCT FROM (t.value, t.account, t.reason)) AS differences) THEN
WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL),
residue_derived AS MATERIALIZED
(SELECT residue.parent AS parent, residue.part AS part, residue.position AS position, residue.value AS value, residue.account AS account, residue.reason AS reason
FROM (SELECT documents.user_id AS parent, 'address' AS part, -1 AS position, CASE WHEN documents.u_fits THEN documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL) ELSE documents.u_document END AS value, CASE WHEN (documents.u_fits OR jsonb_typeof(documents.u_document) = 'null') THEN 'shape' ELSE 'quarantined' END AS account, CASE WHEN documents.u_fits THEN 'unknown keys' WHEN (jsonb_typeof(documents.u_document) = 'null') THEN 'null' WHEN (jsonb_typeof(documents.u_document) != 'object') THEN 'not an object' ELSE 'does not fit' END AS reason
FROM documents
WHERE NOT documents.u_fits OR (documents.u_document - array_remove(CAST(ARRAY['city', CASE WHEN (documents.zip_code IS NOT NULL) THEN 'zipCode' END] AS TEXT[]), NULL)) != '{}'::jsonb) AS residue),
residue_deleted AS
(DELETE FROM unnest.residue_addresses WHERE unnest.residue_addresses.parent = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM residue_derived
WHERE residue_derived.parent = unnest.residue_addresses.parent AND unnest.residue_addresses.part = residue_derived.part AND unnest.residue_addresses.position = residue_derived.position))),
rows_written AS
(INSERT INTO public.addresses (user_id, city, zip_code) SELECT e.user_id AS user_id, e.city AS city, e.zip_code AS zip_code
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e ORDER BY e.user_id ON CONFLICT (user_id) DO UPDATE SET city = excluded.city, zip_code = excluded.zip_code WHERE (public.addresses.city, public.addresses.zip_code) IS DISTINCT FROM (excluded.city, excluded.zip_code))
 INSERT INTO unnest.residue_addresses (parent, part, position, value, account, reason) SELECT residue_derived.parent, residue_derived.part, residue_derived.position, residue_derived.value, residue_derived.account, residue_derived.reason
FROM residue_derived ORDER BY residue_derived.parent, residue_derived.part, residue_derived.position ON CONFLICT (parent, part, position) DO UPDATE SET value = excluded.value, account = excluded.account, reason = excluded.reason WHERE (unnest.residue_addresses.value, unnest.residue_addresses.account, unnest.residue_addresses.reason) IS DISTINCT FROM (excluded.value, excluded.account, excluded.reason);
IF EXISTS (WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, p.address AS u_document, CASE WHEN (jsonb_typeof(p.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT public.users.id AS id, public.users.address AS address
FROM public.users
WHERE public.users.id = ANY (u_keys)) AS p
JOIN LATERAL (SELECT p.address -> 'city' AS city, p.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT p.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE p.address IS NOT NULL)
 SELECT 1
FROM public.addresses
WHERE public.addresses.user_id = ANY (u_keys) AND NOT (EXISTS (SELECT 1
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e
WHERE e.user_id = public.addresses.user_id))) THEN
RAISE EXCEPTION 'unnest: this row of addresses can not be carried back to users (migration of_addresses); its values do not fit the legacy form' USING ERRCODE = 'check_violation', TABLE = 'addresses';
END IF;
END IF;
END IF;
u_set := set_config('unnest.m_addresses', u_guard, true);
RETURN cardinality(u_keys);
END $unnest$;

-- name: addresses.window_rows
-- migration of_addresses, mapping addresses: window_rows
CREATE OR REPLACE FUNCTION unnest.addresses__window_rows(u_after TEXT, u_upto TEXT, u_rows integer, u_bytes bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;
u_last TEXT;
u_parents bigint;
u_size bigint;
BEGIN
SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size
FROM (SELECT id AS k, 0 AS size FROM public.users
WHERE (u_after IS NULL OR id > u_after) AND (u_upto IS NULL OR id <= u_upto)
ORDER BY id LIMIT u_rows) AS w;
RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);
END $unnest$;

-- name: addresses.verify_rows
-- migration of_addresses, mapping addresses: verify_rows
CREATE OR REPLACE FUNCTION unnest.addresses__verify_rows(u_after TEXT, u_upto TEXT, u_limit integer) RETURNS TABLE (what text, key text, path text, expected jsonb, actual jsonb)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;

BEGIN
RETURN QUERY WITH documents AS
(SELECT v.user_id AS user_id, v.city AS city, v.zip_code AS zip_code, again.address AS u_document, CASE WHEN (jsonb_typeof(again.address) = 'object' AND v.city IS NOT NULL) THEN true ELSE false END AS u_fits
FROM (SELECT p.id AS id, r.address AS address
FROM (SELECT public.users.id AS id, CAST(NULL AS JSONB) AS address
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
JOIN (SELECT p.id AS id, CASE WHEN (r.user_id IS NOT NULL) THEN coalesce(CASE WHEN (l.reason = 'unknown keys') THEN l.value END, '{}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('city', to_jsonb(r.city), 'zipCode', to_jsonb(r.zip_code))) ELSE CASE WHEN (l.reason != 'unknown keys') THEN l.value END END AS address
FROM (SELECT public.users.id AS id, CAST(NULL AS JSONB) AS address
FROM public.users
WHERE (u_after IS NULL OR public.users.id > u_after) AND (u_upto IS NULL OR public.users.id <= u_upto)) AS p
LEFT JOIN public.addresses AS r ON r.user_id = p.id
LEFT JOIN unnest.residue_addresses AS l ON l.parent = p.id) AS r ON r.id = p.id) AS again
JOIN LATERAL (SELECT again.address -> 'city' AS city, again.address -> 'zipCode' AS zip_code
 LIMIT ALL OFFSET 0) AS f ON true
JOIN LATERAL (SELECT again.id AS user_id, unnest.read_text(f.city) AS city, unnest.read_text(f.zip_code) AS zip_code
 LIMIT ALL OFFSET 0) AS v ON true
WHERE again.address IS NOT NULL)
 SELECT 'rows of addresses that R and E give back' AS anon_1, CAST(coalesce(x.k, y.k) AS TEXT) AS coalesce_1, 'addresses' AS anon_2, to_jsonb(x.n) AS to_jsonb_1, to_jsonb(y.n) AS to_jsonb_2
FROM (SELECT e.user_id AS k, count(*) AS n
FROM (SELECT documents.user_id AS user_id, documents.city AS city, documents.zip_code AS zip_code
FROM documents
WHERE documents.u_fits) AS e GROUP BY e.user_id) AS x
FULL JOIN (SELECT public.addresses.user_id AS k, count(*) AS n
FROM public.addresses
WHERE (u_after IS NULL OR public.addresses.user_id > u_after) AND (u_upto IS NULL OR public.addresses.user_id <= u_upto) GROUP BY public.addresses.user_id) AS y ON x.k = y.k
WHERE x.n IS DISTINCT FROM y.n
LIMIT u_limit;
RETURN;
END $unnest$;

-- name: addresses.note_findings
-- migration of_addresses, mapping addresses: note_findings
CREATE OR REPLACE FUNCTION unnest.addresses__note_findings() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;

BEGIN
INSERT INTO unnest.finding (migration, mapping, table_name, kind, key, path, account, evidence)
SELECT 'of_addresses', 'addresses', 'users', s.kind, s.key, s.path, s.account, s.evidence FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_addresses AS r WHERE r.account IN ('quarantined', 'merged')) AS s
ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE
SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END
WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';
UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()
WHERE f.migration = 'of_addresses' AND f.mapping = 'addresses'
AND f.table_name = 'users' AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'
AND NOT EXISTS (SELECT 1 FROM (SELECT r.reason AS kind, r.parent::text AS key, CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END AS path, r.account, jsonb_build_object('value', r.value) AS evidence FROM unnest.residue_addresses AS r WHERE r.account IN ('quarantined', 'merged')) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path
AND s.evidence = f.evidence);
RETURN;
END $unnest$;

-- name: addresses.sweep
-- migration of_addresses, mapping addresses: sweep
CREATE OR REPLACE FUNCTION unnest.addresses__sweep() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;

BEGIN
u_set := set_config('unnest.engine', 'on', true);
u_set := set_config('unnest.m_addresses', 'fwd', true);
DELETE FROM public.addresses WHERE NOT (EXISTS (SELECT public.users.id
FROM public.users
WHERE public.users.id = public.addresses.user_id));
DELETE FROM unnest.residue_addresses WHERE NOT (EXISTS (SELECT public.users.id
FROM public.users
WHERE public.users.id = unnest.residue_addresses.parent));
u_set := set_config('unnest.m_addresses', u_guard, true);
RETURN;
END $unnest$;
