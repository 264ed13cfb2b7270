-- Creates one partition where it is missing; its name says which span of UTC it holds.
CREATE FUNCTION ensure_partition(p_parent text, p_name text, p_start timestamp, p_end timestamp) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	IF to_regclass(format('public.%I', p_name)) IS NOT NULL THEN
		RETURN 0;
	END IF;
	-- Several callers may miss the same partition at once; the second one looks again behind the first.
	PERFORM pg_advisory_xact_lock(hashtextextended('headgate.partitions', 0));
	IF to_regclass(format('public.%I', p_name)) IS NOT NULL THEN
		RETURN 0;
	END IF;
	EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
		p_name, p_parent, p_start AT TIME ZONE 'UTC', p_end AT TIME ZONE 'UTC');
	RETURN 1;
END $$;
--> statement-breakpoint
-- Creates the partitions that rows of that moment need, as a replay of old records does.
CREATE FUNCTION ensure_partitions_at(p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	this_month timestamp := date_trunc('month', p_at AT TIME ZONE 'UTC');
	this_day timestamp := date_trunc('day', p_at AT TIME ZONE 'UTC');
BEGIN
	RETURN
		ensure_partition('inferences', 'inferences_' || to_char(this_month, '"y"YYYY"m"MM'),
			this_month, this_month + interval '1 month')
		+ ensure_partition('inference_bodies', 'inference_bodies_' || to_char(this_day, '"y"YYYY"m"MM"d"DD'),
			this_day, this_day + interval '1 day');
END $$;
--> statement-breakpoint
-- Creates what is missing from last month and two days ago, which late drains still write to, to so far ahead.
CREATE FUNCTION ensure_partitions(months_ahead integer, days_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	first_month timestamp := date_trunc('month', now() AT TIME ZONE 'UTC');
	first_day timestamp := date_trunc('day', now() AT TIME ZONE 'UTC');
	start timestamp;
	created integer := 0;
BEGIN
	FOR ahead IN -1 .. months_ahead LOOP
		start := first_month + make_interval(months => ahead);
		created := created + ensure_partition('inferences', 'inferences_' || to_char(start, '"y"YYYY"m"MM'),
			start, start + interval '1 month');
	END LOOP;
	FOR ahead IN -2 .. days_ahead LOOP
		start := first_day + make_interval(days => ahead);
		created := created + ensure_partition('inference_bodies',
			'inference_bodies_' || to_char(start, '"y"YYYY"m"MM"d"DD'), start, start + interval '1 day');
	END LOOP;
	RETURN created;
END $$;
--> statement-breakpoint
-- Drops whole partitions that have expired, and what was derived from their rows. Vectors go with the payloads
-- they were made from, content hashes with the metadata. Answers the names of the dropped partitions.
CREATE FUNCTION drop_expired_partitions(months integer, days integer) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '5s' AS $$
DECLARE
	metadata_before timestamp;
	bodies_before timestamp;
	partition_name text;
BEGIN
	IF months < 1 OR days < 1 THEN
		RAISE EXCEPTION 'retention is at least one month and one day' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	metadata_before := date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => months);
	bodies_before := date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => days);
	FOR partition_name IN
		SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
		WHERE inhparent = 'public.inferences'::regclass
			AND to_date(right(child.relname, 8), '"y"YYYY"m"MM') < metadata_before
		UNION ALL
		SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
		WHERE inhparent = 'public.inference_bodies'::regclass
			AND to_date(right(child.relname, 11), '"y"YYYY"m"MM"d"DD') < bodies_before
	LOOP
		EXECUTE format('DROP TABLE public.%I', partition_name);
		RETURN NEXT partition_name;
	END LOOP;
	DELETE FROM content_hashes WHERE created_at < metadata_before AT TIME ZONE 'UTC';
	DELETE FROM embeddings_image WHERE created_at < bodies_before AT TIME ZONE 'UTC';
	DELETE FROM embeddings_text_records WHERE created_at < bodies_before AT TIME ZONE 'UTC';
	DELETE FROM embeddings_text t WHERE created_at < bodies_before AT TIME ZONE 'UTC' AND NOT EXISTS (
		SELECT FROM embeddings_text_records r
		WHERE r.organization_id = t.organization_id AND r.text_hash = t.text_hash);
END $$;
--> statement-breakpoint
CREATE FUNCTION active_organizations() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT id FROM organizations WHERE deleted_at IS NULL ORDER BY id;
$$;
--> statement-breakpoint
-- All that admission must know of a key and a subject, in one read. No row where the key is unknown.
-- A subject that the ledger does not know has tier none; '' asks for the organization's person-free stream.
CREATE FUNCTION admission_facts(p_key_id text, p_subject_digest text) RETURNS TABLE (
	organization_id uuid, key_uuid uuid, digest text, pepper_version integer, scopes text[], revoked boolean,
	expires_at_ms bigint, version bigint, rate_per_second integer, quota_per_month bigint, concurrency integer,
	cidrs text[], defaults jsonb, used_this_month bigint, subject_ref text, tier text, consent_version bigint,
	consent_event_id uuid, key_seed text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT k.organization_id, k.id, encode(k.digest, 'hex'), k.pepper_version, k.scopes,
		k.revoked_at IS NOT NULL OR o.deleted_at IS NOT NULL,
		floor(extract(epoch FROM k.expires_at) * 1000)::bigint, k.version,
		coalesce(k.rate_per_second, o.rate_per_second), coalesce(k.quota_per_month, o.quota_per_month),
		coalesce(k.concurrency, o.concurrency), k.cidrs, k.defaults,
		(SELECT coalesce(sum(b.quota_units), 0)::bigint FROM billing_daily b
			WHERE b.organization_id = k.organization_id
				AND b.day >= date_trunc('month', now() AT TIME ZONE 'UTC')::date),
		s.ref, coalesce(c.tier, 'none'), coalesce(c.version, 0), c.consent_event_id, encode(c.key_seed, 'hex')
	FROM api_keys k
	JOIN organizations o ON o.id = k.organization_id
	CROSS JOIN LATERAL (SELECT CASE p_subject_digest WHEN '' THEN '' ELSE
		encode(sha256(convert_to(k.organization_id::text || ':' || p_subject_digest, 'UTF8')), 'hex') END AS ref) s
	LEFT JOIN consent_current c ON c.organization_id = k.organization_id AND c.subject_ref = s.ref
	WHERE k.key_id = p_key_id;
$$;
--> statement-breakpoint
-- The text that a link of the audit chain hashes: unambiguous, and the same whoever computes it.
CREATE FUNCTION audit_link(p_prev bytea, p_organization uuid, p_seq bigint, p_actor text, p_action text,
	p_target text, p_detail jsonb, p_at timestamptz) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT sha256(p_prev || convert_to(jsonb_build_array(p_organization, p_seq, p_actor, p_action, p_target, p_detail,
		floor(extract(epoch FROM p_at) * 1000000)::bigint)::text, 'UTF8'));
$$;
--> statement-breakpoint
-- Appends to the audit log of the organization that is set; answers the number of the entry.
CREATE FUNCTION append_audit(p_actor text, p_action text, p_target text, p_detail jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	organization uuid := nullif(current_setting('app.organization', true), '')::uuid;
	previous record;
	next_seq bigint;
	written timestamptz;
BEGIN
	IF organization IS NULL THEN
		RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('headgate.audit.' || organization::text, 0));
	SELECT a.seq, a.hash INTO previous FROM audit_log a
		WHERE a.organization_id = organization ORDER BY a.seq DESC LIMIT 1;
	next_seq := coalesce(previous.seq, 0) + 1;
	written := clock_timestamp();
	INSERT INTO audit_log (organization_id, seq, prev_hash, hash, actor, action, target, detail, at)
	VALUES (organization, next_seq, coalesce(previous.hash, ''::bytea),
		audit_link(coalesce(previous.hash, ''::bytea), organization, next_seq, p_actor, p_action, p_target,
			p_detail, written),
		p_actor, p_action, p_target, p_detail, written);
	RETURN next_seq;
END $$;
--> statement-breakpoint
-- The first entry at which the audit log of the organization that is set was tampered with, or null. Entries cut
-- off at the end show only against an entry's hash that was noted elsewhere.
CREATE FUNCTION first_broken_audit_entry() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT min(link.seq) FROM (
		SELECT a.*, row_number() OVER chain AS expected_seq,
			lag(a.hash, 1, ''::bytea) OVER chain AS expected_prev
		FROM audit_log a
		WHERE a.organization_id = nullif(current_setting('app.organization', true), '')::uuid
		WINDOW chain AS (ORDER BY a.seq)
	) link
	WHERE link.seq <> link.expected_seq OR link.prev_hash <> link.expected_prev
		OR link.hash <> audit_link(link.prev_hash, link.organization_id, link.seq, link.actor, link.action,
			link.target, link.detail, link.at);
$$;
--> statement-breakpoint
-- Builds the vector indexes anew, of kind hnsw (the default) or ivfflat; for operators, once there are rows:
-- the lists of ivfflat are cut to what is stored. Locks the tables meanwhile.
CREATE FUNCTION use_vector_index(kind text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	target record;
	lists integer;
BEGIN
	IF kind NOT IN ('hnsw', 'ivfflat') THEN
		RAISE EXCEPTION 'the kind of a vector index is hnsw or ivfflat' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOR target IN
		SELECT t.tab, d.distance, d.class FROM (VALUES ('embeddings_text'), ('embeddings_image')) t (tab),
			(VALUES ('cosine', 'vector_cosine_ops'), ('euclidean', 'vector_l2_ops')) d (distance, class)
	LOOP
		EXECUTE format('SELECT greatest(1, least(1000, count(*) / 1000)) FROM public.%I', target.tab) INTO lists;
		EXECUTE format('DROP INDEX public.%I', target.tab || '_' || target.distance);
		EXECUTE format('CREATE INDEX %I ON public.%I USING %s (embedding %s)%s', target.tab || '_' || target.distance,
			target.tab, kind, target.class, CASE kind WHEN 'ivfflat' THEN format(' WITH (lists = %s)', lists) ELSE '' END);
	END LOOP;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION ensure_partition(text, text, timestamp, timestamp), ensure_partitions_at(timestamptz),
	ensure_partitions(integer, integer), drop_expired_partitions(integer, integer), active_organizations(),
	admission_facts(text, text), append_audit(text, text, text, jsonb), first_broken_audit_entry(),
	audit_link(bytea, uuid, bigint, text, text, text, jsonb, timestamptz), use_vector_index(text), refuse_change()
FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION ensure_partitions_at(timestamptz), ensure_partitions(integer, integer),
	drop_expired_partitions(integer, integer), active_organizations(), admission_facts(text, text),
	append_audit(text, text, text, jsonb), first_broken_audit_entry()
TO headgate_app;
