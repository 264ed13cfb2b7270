-- Row-level security binds owners too; and what the serving role may do.
ALTER TABLE "consent_notices" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "feedback" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "image_signatures" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "text_signatures" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_heads" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "key_usage_monthly" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
GRANT SELECT, INSERT ON "consent_notices" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "feedback" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "image_signatures" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "text_signatures" TO headgate_app;
--> statement-breakpoint
GRANT SELECT ON "audit_heads" TO headgate_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "key_usage_monthly" TO headgate_app;
