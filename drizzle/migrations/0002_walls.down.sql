DROP TRIGGER "audit_log_append_only" ON "audit_log";
--> statement-breakpoint
DROP TRIGGER "consent_events_append_only" ON "consent_events";
--> statement-breakpoint
DROP FUNCTION refuse_change();
--> statement-breakpoint
REVOKE ALL ON "organizations" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "api_keys" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "consent_events" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "consent_current" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "erasures" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "audit_log" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "billing_daily" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "safety_incidents" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "inferences" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "inference_bodies" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "content_hashes" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "embeddings_text" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "embeddings_text_records" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "embeddings_image" FROM headgate_app;
--> statement-breakpoint
REVOKE USAGE ON SCHEMA public FROM headgate_app, headgate_platform;
--> statement-breakpoint
ALTER TABLE "erasures" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "safety_incidents" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "billing_daily" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_log" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "inferences" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "inference_bodies" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "content_hashes" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "consent_current" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "consent_events" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "api_keys" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "organizations" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "embeddings_text_records" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "embeddings_text" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "embeddings_image" NO FORCE ROW LEVEL SECURITY;
