-- A signature says nearly as much as the vector beside it: whoever deletes the vector deletes the signature.
ALTER TABLE "text_signatures" ADD CONSTRAINT "text_signatures_text" FOREIGN KEY ("organization_id","text_hash") REFERENCES "public"."embeddings_text"("organization_id","text_hash") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "image_signatures" ADD CONSTRAINT "image_signatures_image" FOREIGN KEY ("inference_id") REFERENCES "public"."embeddings_image"("inference_id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "text_signatures_marks" ON "text_signatures" USING btree ("organization_id","near_duplicate_of") WHERE "text_signatures"."near_duplicate_of" is not null;
--> statement-breakpoint
CREATE INDEX "image_signatures_marks" ON "image_signatures" USING btree ("organization_id","near_duplicate_of") WHERE "image_signatures"."near_duplicate_of" is not null;
--> statement-breakpoint
-- One writer of signatures per organization at a time, until its transaction ends: who comes later sees those
-- before, and no mark names what is being deleted.
CREATE FUNCTION lock_signatures(p_organization uuid) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT pg_advisory_xact_lock(hashtextextended('headgate.signatures.' || p_organization::text, 0));
$$;
--> statement-breakpoint
-- A text that went stays named in no mark: its hash would tell that it was once here.
CREATE FUNCTION forget_text_marks() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM lock_signatures(g.organization_id)
	FROM (SELECT DISTINCT organization_id FROM gone ORDER BY organization_id) g;
	UPDATE text_signatures s SET near_duplicate_of = NULL, similarity = NULL FROM gone
	WHERE s.organization_id = gone.organization_id AND s.near_duplicate_of = gone.text_hash;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION forget_image_marks() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM lock_signatures(g.organization_id)
	FROM (SELECT DISTINCT organization_id FROM gone ORDER BY organization_id) g;
	UPDATE image_signatures s SET near_duplicate_of = NULL, distance = NULL FROM gone
	WHERE s.organization_id = gone.organization_id AND s.near_duplicate_of = gone.inference_id;
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER text_signatures_forget AFTER DELETE ON "text_signatures"
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_text_marks();
--> statement-breakpoint
CREATE TRIGGER image_signatures_forget AFTER DELETE ON "image_signatures"
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_image_marks();
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION lock_signatures(uuid), forget_text_marks(), forget_image_marks() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION lock_signatures(uuid) TO headgate_app;
