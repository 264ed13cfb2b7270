-- The newest records of a text, without sorting all that hold it.
DROP INDEX "embeddings_text_records_text";
--> statement-breakpoint
CREATE INDEX "embeddings_text_records_text" ON "embeddings_text_records" USING btree ("organization_id","text_hash","created_at","inference_id");
--> statement-breakpoint
-- The images of an organization that has too few for the vector index to find.
CREATE INDEX "embeddings_image_organization" ON "embeddings_image" USING btree ("organization_id","created_at");
--> statement-breakpoint
-- Vectors of 512 numbers would lie apart from their rows, and an exact search would fetch each one for itself.
ALTER TABLE "embeddings_image" ALTER COLUMN "embedding" SET STORAGE PLAIN;
--> statement-breakpoint
-- Stored vectors are of unit length: by either distance the same ones are nearest, and one index serves both.
DROP INDEX "embeddings_text_euclidean";
--> statement-breakpoint
DROP INDEX "embeddings_image_euclidean";
--> statement-breakpoint
-- A better graph is walked with fewer steps. Texts are inserted once each, images with every keyframe.
DROP INDEX "embeddings_text_cosine";
--> statement-breakpoint
CREATE INDEX "embeddings_text_cosine" ON "embeddings_text" USING hnsw ("embedding" vector_cosine_ops) WITH (ef_construction=128);
--> statement-breakpoint
-- Builds the vector indexes anew, of kind hnsw (the default) or ivfflat; for operators, once there are rows:
-- the lists of ivfflat are cut to what is stored. Locks the tables meanwhile. A graph that outgrows
-- maintenance_work_mem while it is built takes many times as long.
CREATE OR REPLACE FUNCTION use_vector_index(kind text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp SET maintenance_work_mem = '512MB' AS $$
DECLARE
	target record;
	lists integer;
BEGIN
	IF kind NOT IN ('hnsw', 'ivfflat') THEN
		RAISE EXCEPTION 'the kind of a vector index is hnsw or ivfflat' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOR target IN
		SELECT * FROM (VALUES ('embeddings_text', 128), ('embeddings_image', 64)) t (tab, ef_construction)
	LOOP
		EXECUTE format('SELECT greatest(1, least(1000, count(*) / 1000)) FROM public.%I', target.tab) INTO lists;
		EXECUTE format('DROP INDEX public.%I', target.tab || '_cosine');
		EXECUTE format('CREATE INDEX %I ON public.%I USING %s (embedding vector_cosine_ops) WITH (%s)',
			target.tab || '_cosine', target.tab, kind, CASE kind WHEN 'ivfflat' THEN format('lists = %s', lists)
			ELSE format('ef_construction = %s', target.ef_construction) END);
	END LOOP;
END $$;
--> statement-breakpoint
-- The kind of the vector indexes as they stand.
CREATE FUNCTION vector_index_kind() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT a.amname::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam
	WHERE c.oid = to_regclass('public.embeddings_text_cosine');
$$;
--> statement-breakpoint
-- Brings the planner's statistics up to date where a table was never analyzed, changed by a fifth or grew by one:
-- what autovacuum does, which an embedded Postgres has not, so that elsewhere this finds nothing left. Its count of
-- changes is lost when an embedded Postgres ends; growth is not. The sample is small, since everybody waits for the
-- one session there. Answers the number of tables.
CREATE FUNCTION analyze_changed_tables() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s'
SET default_statistics_target = '20' AS $$
DECLARE
	target regclass;
	analyzed integer := 0;
BEGIN
	FOR target IN
		SELECT c.oid FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
			AND (s.n_mod_since_analyze > 1000 + 0.2 * greatest(c.reltuples, 0)
				OR pg_relation_size(c.oid) / current_setting('block_size')::integer > 10 + 1.2 * c.relpages)
	LOOP
		EXECUTE format('ANALYZE %s', target);
		analyzed := analyzed + 1;
	END LOOP;
	RETURN analyzed;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION vector_index_kind(), analyze_changed_tables() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION vector_index_kind(), analyze_changed_tables() TO headgate_app;
--> statement-breakpoint
-- How a search walks its index, for this transaction. The caller has chosen how to look, not the planner: its
-- statistics may be old, or missing as on an embedded Postgres, and any plan but loops over indexes reads whole
-- tables. The costs that it then believes in must not start the JIT compiler.
CREATE FUNCTION set_search_plan(settings jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_catalog.set_config('jit', 'off', true), pg_catalog.set_config('enable_seqscan', 'off', true),
		pg_catalog.set_config('enable_hashjoin', 'off', true), pg_catalog.set_config('enable_mergejoin', 'off', true),
		pg_catalog.set_config('enable_sort', 'off', true), pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true);
	IF settings IS NOT NULL THEN
		PERFORM pg_catalog.set_config(key, value, true) FROM pg_catalog.jsonb_each_text(settings);
	END IF;
END $$;
--> statement-breakpoint
-- Whether a record passes the filter of a search; the period apart, which an index knows.
CREATE FUNCTION passes_filter(i inferences, filter jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT (filter->>'model' IS NULL OR i.model = filter->>'model')
		AND (filter->>'model_version' IS NULL OR i.model_version = filter->>'model_version')
		AND (filter->>'robot_type' IS NULL OR i.robot_type = filter->>'robot_type')
		AND (filter->>'episode_id' IS NULL OR i.episode_id = filter->>'episode_id')
		AND (filter->>'environment' IS NULL OR i.environment = filter->>'environment')
		AND (filter->>'status' IS NULL OR i.status = filter->>'status')
		AND (filter->>'source' IS NULL OR i.source = filter->>'source')
		AND (filter->>'min_safety_score' IS NULL OR i.safety_score >= (filter->>'min_safety_score')::float8)
$$;
--> statement-breakpoint
-- The newest record of a text that may be shown, of the 500 newest, and its subject's tier of now. Written into the
-- plan of who asks, as a function of one SELECT is.
CREATE FUNCTION newest_of_text(organization uuid, item text, since timestamptz, until timestamptz, tiers text[],
	filter jsonb)
RETURNS TABLE (record inferences, tier_now text)
LANGUAGE sql STABLE ROWS 1 AS $$
	SELECT found.record, held.tier
	FROM (
		SELECT r.inference_id, r.created_at FROM embeddings_text_records r
		WHERE r.organization_id = organization AND r.text_hash = item AND r.created_at >= since AND r.created_at < until
		ORDER BY r.created_at DESC, r.inference_id DESC LIMIT 500) link
	-- A sub-select of one row is a fence: else what is asked of it is copied into every partition.
	CROSS JOIN LATERAL (
		SELECT i AS record, CASE WHEN i.subject_ref IS NULL THEN '' ELSE i.subject_ref END AS subject FROM inferences i
		WHERE i.id = link.inference_id AND i.created_at = link.created_at AND i.organization_id = organization
			AND i.tier = ANY (tiers) AND passes_filter(i, filter)
		LIMIT 1) found
	JOIN consent_current held ON held.organization_id = organization AND held.subject_ref = found.subject
		AND held.tier = ANY (tiers)
	ORDER BY link.created_at DESC, link.inference_id DESC LIMIT 1
$$;
--> statement-breakpoint
-- Whether a text has as many records as are looked at, or more.
CREATE FUNCTION has_more_records(organization uuid, item text, since timestamptz, until timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT EXISTS (
		SELECT FROM embeddings_text_records r
		WHERE r.organization_id = organization AND r.text_hash = item AND r.created_at >= since AND r.created_at < until
		OFFSET 499)
$$;
--> statement-breakpoint
-- The same of an image, which is one record's.
CREATE FUNCTION record_of_image(organization uuid, item uuid, created timestamptz, tiers text[], filter jsonb)
RETURNS TABLE (record inferences, tier_now text)
LANGUAGE sql STABLE ROWS 1 AS $$
	SELECT found.record, held.tier
	FROM (
		SELECT i AS record, CASE WHEN i.subject_ref IS NULL THEN '' ELSE i.subject_ref END AS subject FROM inferences i
		WHERE i.id = item AND i.created_at = created AND i.organization_id = organization AND i.tier = ANY (tiers)
			AND passes_filter(i, filter)
		LIMIT 1) found
	JOIN consent_current held ON held.organization_id = organization AND held.subject_ref = found.subject
		AND held.tier = ANY (tiers)
	LIMIT 1
$$;
--> statement-breakpoint
-- The point of a search: the direction, as far away as it says; null without a magnitude.
CREATE FUNCTION point_of(direction vector, magnitude double precision) RETURNS vector
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN magnitude IS NULL THEN NULL
		ELSE l2_normalize(direction) * array_fill(magnitude::real, ARRAY[vector_dims(direction)])::vector END
$$;
--> statement-breakpoint
-- The records nearest to a text's direction that may be shown, one for each text, its newest; nearest first. In a
-- function, so that what is planned for a month's many partitions is planned once a session. `looking` says how:
-- `index`, `organization` (each of its own vectors) or `filter` (those of the records that episode and period leave);
-- a query each, since what is never looked at costs its start all the same. Candidates are pulled one by one until
-- there are enough, so that no filter and no withdrawal leaves too few. A record that is null stands for a text whose
-- 500 newest records were looked at in vain, and which has more. With a magnitude the distance is Euclidean, and
-- cosine without. Stored vectors are of unit length: in the same order by both, and their cosine to a unit vector is
-- an inner product, which takes half the time.
CREATE FUNCTION nearest_texts(organization uuid, model_name text, direction vector, magnitude double precision,
	looking text, settings jsonb, wanted integer, not_this text, tiers text[], filter jsonb)
RETURNS TABLE (distance double precision, record inferences, tier_now text)
LANGUAGE plpgsql ROWS 10 SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	since timestamptz := filter->>'from';
	until timestamptz := filter->>'to';
	episode text := filter->>'episode_id';
	unit vector := l2_normalize(direction);
	point vector := point_of(direction, magnitude);
BEGIN
	PERFORM set_search_plan(settings);
	IF looking = 'index' THEN
		RETURN QUERY
		SELECT near.distance, shown.record, shown.tier_now
		FROM (
			SELECT t.text_hash AS item,
				CASE WHEN point IS NULL THEN t.embedding <=> direction ELSE t.embedding <-> point END AS distance
			FROM embeddings_text t
			WHERE t.organization_id = organization AND t.model = model_name AND t.text_hash IS DISTINCT FROM not_this
			ORDER BY t.embedding <=> direction) near
		LEFT JOIN LATERAL newest_of_text(organization, near.item, since, until, tiers, filter) shown ON true
		WHERE shown.tier_now IS NOT NULL OR has_more_records(organization, near.item, since, until)
		LIMIT wanted;
	ELSIF looking = 'organization' THEN
		RETURN QUERY
		SELECT near.away, shown.record, shown.tier_now
		FROM (
			SELECT t.text_hash AS item,
				CASE WHEN point IS NULL THEN 1 + (t.embedding <#> unit) ELSE t.embedding <-> point END AS away
			FROM embeddings_text t
			WHERE t.organization_id = organization AND t.model = model_name AND t.text_hash IS DISTINCT FROM not_this
			-- No index has this: an exact search must not go through one.
			ORDER BY away) near
		LEFT JOIN LATERAL newest_of_text(organization, near.item, since, until, tiers, filter) shown ON true
		WHERE shown.tier_now IS NOT NULL OR has_more_records(organization, near.item, since, until)
		LIMIT wanted;
	ELSE
		RETURN QUERY
		SELECT near.away, shown.record, shown.tier_now
		FROM (
			SELECT t.text_hash AS item,
				CASE WHEN point IS NULL THEN 1 + (t.embedding <#> unit) ELSE t.embedding <-> point END AS away
			FROM embeddings_text t
			WHERE t.organization_id = organization AND t.model = model_name AND t.text_hash IS DISTINCT FROM not_this
				AND t.text_hash IN (
					SELECT r.text_hash FROM inferences i JOIN embeddings_text_records r ON r.inference_id = i.id
					WHERE i.organization_id = organization AND i.created_at >= since AND i.created_at < until
						AND (episode IS NULL OR i.episode_id = episode))
			ORDER BY away) near
		LEFT JOIN LATERAL newest_of_text(organization, near.item, since, until, tiers, filter) shown ON true
		WHERE shown.tier_now IS NOT NULL OR has_more_records(organization, near.item, since, until)
		LIMIT wanted;
	END IF;
END $$;
--> statement-breakpoint
-- The same for images.
CREATE FUNCTION nearest_images(organization uuid, model_name text, direction vector, magnitude double precision,
	looking text, settings jsonb, wanted integer, not_this text, tiers text[], filter jsonb)
RETURNS TABLE (distance double precision, record inferences, tier_now text)
LANGUAGE plpgsql ROWS 10 SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	since timestamptz := filter->>'from';
	until timestamptz := filter->>'to';
	episode text := filter->>'episode_id';
	unit vector := l2_normalize(direction);
	point vector := point_of(direction, magnitude);
	other uuid := not_this;
BEGIN
	PERFORM set_search_plan(settings);
	IF looking = 'index' THEN
		RETURN QUERY
		SELECT near.distance, shown.record, shown.tier_now
		FROM (
			SELECT t.inference_id AS item, t.created_at,
				CASE WHEN point IS NULL THEN t.embedding <=> direction ELSE t.embedding <-> point END AS distance
			FROM embeddings_image t
			WHERE t.organization_id = organization AND t.model = model_name AND t.created_at >= since
				AND t.created_at < until AND t.inference_id IS DISTINCT FROM other
			ORDER BY t.embedding <=> direction) near
		CROSS JOIN LATERAL record_of_image(organization, near.item, near.created_at, tiers, filter) shown
		LIMIT wanted;
	ELSIF looking = 'organization' THEN
		RETURN QUERY
		SELECT near.away, shown.record, shown.tier_now
		FROM (
			SELECT t.inference_id AS item, t.created_at,
				CASE WHEN point IS NULL THEN 1 + (t.embedding <#> unit) ELSE t.embedding <-> point END AS away
			FROM embeddings_image t
			WHERE t.organization_id = organization AND t.model = model_name AND t.created_at >= since
				AND t.created_at < until AND t.inference_id IS DISTINCT FROM other
			ORDER BY away) near
		CROSS JOIN LATERAL record_of_image(organization, near.item, near.created_at, tiers, filter) shown
		LIMIT wanted;
	ELSE
		RETURN QUERY
		SELECT near.away, shown.record, shown.tier_now
		FROM (
			SELECT t.inference_id AS item, t.created_at,
				CASE WHEN point IS NULL THEN 1 + (t.embedding <#> unit) ELSE t.embedding <-> point END AS away
			FROM embeddings_image t
			WHERE t.organization_id = organization AND t.model = model_name AND t.inference_id IS DISTINCT FROM other
				AND t.inference_id IN (
					SELECT i.id FROM inferences i
					WHERE i.organization_id = organization AND i.created_at >= since AND i.created_at < until
						AND (episode IS NULL OR i.episode_id = episode))
			ORDER BY away) near
		CROSS JOIN LATERAL record_of_image(organization, near.item, near.created_at, tiers, filter) shown
		LIMIT wanted;
	END IF;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION set_search_plan(jsonb), passes_filter(inferences, jsonb), point_of(vector, double precision),
	newest_of_text(uuid, text, timestamptz, timestamptz, text[], jsonb),
	has_more_records(uuid, text, timestamptz, timestamptz),
	record_of_image(uuid, uuid, timestamptz, text[], jsonb),
	nearest_texts(uuid, text, vector, double precision, text, jsonb, integer, text, text[], jsonb),
	nearest_images(uuid, text, vector, double precision, text, jsonb, integer, text, text[], jsonb) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION set_search_plan(jsonb), passes_filter(inferences, jsonb), point_of(vector, double precision),
	newest_of_text(uuid, text, timestamptz, timestamptz, text[], jsonb),
	has_more_records(uuid, text, timestamptz, timestamptz),
	record_of_image(uuid, uuid, timestamptz, text[], jsonb),
	nearest_texts(uuid, text, vector, double precision, text, jsonb, integer, text, text[], jsonb),
	nearest_images(uuid, text, vector, double precision, text, jsonb, integer, text, text[], jsonb) TO headgate_app;
