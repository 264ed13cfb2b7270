-- Row-level security binds owners too. Partitions are granted to nobody: only their parents are walled.
ALTER TABLE "erasures" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "safety_incidents" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "billing_daily" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_log" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "inferences" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "inference_bodies" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "content_hashes" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "consent_current" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "consent_events" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "api_keys" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "organizations" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "embeddings_text_records" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "embeddings_text" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "embeddings_image" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO headgate_app, headgate_platform;
--> statement-breakpoint
-- What the serving role may do. Ledgers take rows and never change them; the audit log takes them by function.
GRANT SELECT, INSERT, UPDATE ON "organizations" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "api_keys" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON "consent_events" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "consent_current" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON "erasures" TO headgate_app;
--> statement-breakpoint
GRANT SELECT ON "audit_log" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "billing_daily" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON "safety_incidents" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "inferences" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "inference_bodies" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "content_hashes" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "embeddings_text" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "embeddings_text_records" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "embeddings_image" TO headgate_app;
--> statement-breakpoint
-- The walls hold rows; this holds columns of the ledgers.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RAISE EXCEPTION '% takes new rows only; % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_log" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER "consent_events_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "consent_events" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
