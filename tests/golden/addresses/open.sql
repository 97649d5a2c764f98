-- name: addresses.reverse_rows_users
-- migration of_addresses, mapping addresses: reverse_rows_users
CREATE OR REPLACE FUNCTION unnest.addresses__reverse_rows_users() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET extra_float_digits = 1
AS $unnest$
#variable_conflict use_column
DECLARE
u_guard text := coalesce(current_setting('unnest.m_addresses', true), '');
u_set text;
u_keys TEXT[];
BEGIN
IF u_guard <> '' THEN RETURN NULL; END IF;
IF TG_OP = 'INSERT' THEN u_keys := ARRAY(SELECT DISTINCT n.user_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'UPDATE' THEN u_keys := ARRAY(SELECT o.user_id
FROM o UNION SELECT n.user_id
FROM n ORDER BY 1);
ELSIF TG_OP = 'DELETE' THEN u_keys := ARRAY(SELECT DISTINCT o.user_id
FROM o ORDER BY 1);
END IF;
IF u_keys = '{}' THEN RETURN NULL; END IF;
PERFORM public.users.id
FROM public.users
WHERE public.users.id = ANY (u_keys) ORDER BY public.users.id FOR NO KEY UPDATE;
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
u_set := set_config('unnest.m_addresses', u_guard, true);
RETURN NULL;
END $unnest$;

-- name: addresses.trigger.reverse_rows_users_insert
-- locks: public.addresses
CREATE OR REPLACE TRIGGER unnest_30_reverse_addresses__reverse_rows_users_insert AFTER INSERT ON public.addresses
REFERENCING NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.addresses__reverse_rows_users();

-- name: addresses.trigger.reverse_rows_users_update
-- locks: public.addresses
CREATE OR REPLACE TRIGGER unnest_30_reverse_addresses__reverse_rows_users_update AFTER UPDATE ON public.addresses
REFERENCING OLD TABLE AS o NEW TABLE AS n
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.addresses__reverse_rows_users();

-- name: addresses.trigger.reverse_rows_users_delete
-- locks: public.addresses
CREATE OR REPLACE TRIGGER unnest_30_reverse_addresses__reverse_rows_users_delete AFTER DELETE ON public.addresses
REFERENCING OLD TABLE AS o
FOR EACH STATEMENT
EXECUTE FUNCTION unnest.addresses__reverse_rows_users();

-- name: addresses.drop_trigger.closed_addresses
-- locks: public.addresses
DROP TRIGGER IF EXISTS unnest_05_closed_addresses__closed_addresses ON public.addresses;
