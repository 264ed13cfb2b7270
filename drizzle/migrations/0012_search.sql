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
