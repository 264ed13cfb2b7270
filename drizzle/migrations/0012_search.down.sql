DROP FUNCTION nearest_images(uuid, text, vector, double precision, text, jsonb, integer, text, text[], jsonb);
--> statement-breakpoint
DROP FUNCTION nearest_texts(uuid, text, vector, double precision, text, jsonb, integer, text, text[], jsonb);
--> statement-breakpoint
DROP FUNCTION point_of(vector, double precision);
--> statement-breakpoint
DROP FUNCTION record_of_image(uuid, uuid, timestamptz, text[], jsonb);
--> statement-breakpoint
DROP FUNCTION has_more_records(uuid, text, timestamptz, timestamptz);
--> statement-breakpoint
DROP FUNCTION newest_of_text(uuid, text, timestamptz, timestamptz, text[], jsonb);
--> statement-breakpoint
DROP FUNCTION passes_filter(inferences, jsonb);
--> statement-breakpoint
DROP FUNCTION set_search_plan(jsonb);
--> statement-breakpoint
DROP FUNCTION analyze_changed_tables();
--> statement-breakpoint
DROP FUNCTION vector_index_kind();
--> statement-breakpoint
CREATE OR REPLACE FUNCTION use_vector_index(kind text) RETURNS void
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
DROP INDEX "embeddings_text_cosine";
--> statement-breakpoint
CREATE INDEX "embeddings_text_cosine" ON "embeddings_text" USING hnsw ("embedding" vector_cosine_ops);
--> statement-breakpoint
CREATE INDEX "embeddings_text_euclidean" ON "embeddings_text" USING hnsw ("embedding" vector_l2_ops);
--> statement-breakpoint
CREATE INDEX "embeddings_image_euclidean" ON "embeddings_image" USING hnsw ("embedding" vector_l2_ops);
--> statement-breakpoint
ALTER TABLE "embeddings_image" ALTER COLUMN "embedding" SET STORAGE EXTERNAL;
--> statement-breakpoint
DROP INDEX "embeddings_image_organization";
--> statement-breakpoint
DROP INDEX "embeddings_text_records_text";
--> statement-breakpoint
CREATE INDEX "embeddings_text_records_text" ON "embeddings_text_records" USING btree ("organization_id","text_hash");
