DROP TABLE "erasures";
--> statement-breakpoint
DROP TABLE "safety_incidents";
--> statement-breakpoint
DROP TABLE "billing_daily";
--> statement-breakpoint
DROP TABLE "audit_log";
--> statement-breakpoint
DROP TABLE "inferences";
--> statement-breakpoint
DROP TABLE "inference_bodies";
--> statement-breakpoint
DROP TABLE "content_hashes";
--> statement-breakpoint
DROP TABLE "consent_current";
--> statement-breakpoint
DROP TABLE "consent_events";
--> statement-breakpoint
DROP TABLE "api_keys";
--> statement-breakpoint
DROP TABLE "organizations";
--> statement-breakpoint
DROP TABLE "embeddings_text_records";
--> statement-breakpoint
DROP TABLE "embeddings_text";
--> statement-breakpoint
DROP TABLE "embeddings_image";
