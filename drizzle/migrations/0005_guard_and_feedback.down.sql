ALTER TABLE "api_keys" DROP CONSTRAINT "api_keys_max_tier";
--> statement-breakpoint
ALTER TABLE "api_keys" DROP COLUMN "max_tier";
--> statement-breakpoint
ALTER TABLE "api_keys" DROP COLUMN "rotated_from";
--> statement-breakpoint
ALTER TABLE "organizations" DROP COLUMN "version";
--> statement-breakpoint
ALTER TABLE "inferences" DROP COLUMN "arm";
--> statement-breakpoint
DROP TABLE "key_usage_monthly";
--> statement-breakpoint
DROP TABLE "audit_heads";
--> statement-breakpoint
DROP TABLE "text_signatures";
--> statement-breakpoint
DROP TABLE "image_signatures";
--> statement-breakpoint
DROP TABLE "feedback";
--> statement-breakpoint
DROP TABLE "consent_notices";
