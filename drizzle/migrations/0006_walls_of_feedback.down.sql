REVOKE ALL ON "consent_notices" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "feedback" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "image_signatures" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "text_signatures" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "audit_heads" FROM headgate_app;
--> statement-breakpoint
REVOKE ALL ON "key_usage_monthly" FROM headgate_app;
--> statement-breakpoint
ALTER TABLE "consent_notices" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "feedback" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "image_signatures" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "text_signatures" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "audit_heads" NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "key_usage_monthly" NO FORCE ROW LEVEL SECURITY;
