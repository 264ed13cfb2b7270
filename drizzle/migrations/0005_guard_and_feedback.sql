CREATE TABLE "consent_notices" (
	"organization_id" uuid NOT NULL,
	"version" text NOT NULL,
	"language" text NOT NULL,
	"text" text NOT NULL,
	"hash" text NOT NULL,
	"actor_key_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_notices_organization_id_version_pk" PRIMARY KEY("organization_id","version")
);
--> statement-breakpoint
ALTER TABLE "consent_notices" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "feedback" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"organization_id" uuid NOT NULL,
	"type" text NOT NULL,
	"inference_id" uuid,
	"episode_id" text,
	"subject_ref" text,
	"tier" text NOT NULL,
	"consent_event_id" uuid NOT NULL,
	"key_id" text NOT NULL,
	"content_hash" text NOT NULL,
	"model" text NOT NULL,
	"model_version" text NOT NULL,
	"arm" text,
	"robot_type" text NOT NULL,
	"platform" text NOT NULL,
	"rating" smallint,
	"success" boolean,
	"severity" text,
	"triage" text,
	"body" jsonb NOT NULL,
	"text_state" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "feedback_content" UNIQUE("organization_id","content_hash"),
	CONSTRAINT "feedback_tier" CHECK ("feedback"."tier" in ('basic', 'analytics', 'research')),
	CONSTRAINT "feedback_text_state" CHECK (text_state in ('absent', 'withheld', 'pending', 'stored')),
	CONSTRAINT "feedback_rating" CHECK ("feedback"."rating" between 1 and 5),
	CONSTRAINT "feedback_about" CHECK (num_nonnulls("feedback"."inference_id", "feedback"."episode_id") > 0)
);
--> statement-breakpoint
ALTER TABLE "feedback" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "image_signatures" (
	"inference_id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"organization_id" uuid NOT NULL,
	"signature" bit(64) NOT NULL,
	"near_duplicate_of" uuid,
	"distance" smallint
);
--> statement-breakpoint
ALTER TABLE "image_signatures" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "text_signatures" (
	"organization_id" uuid NOT NULL,
	"text_hash" text NOT NULL,
	"bands" integer[] NOT NULL,
	"signature" integer[] NOT NULL,
	"near_duplicate_of" text,
	"similarity" real,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "text_signatures_organization_id_text_hash_pk" PRIMARY KEY("organization_id","text_hash")
);
--> statement-breakpoint
ALTER TABLE "text_signatures" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "audit_heads" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_heads" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "key_usage_monthly" (
	"organization_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"month" date NOT NULL,
	"quota_units" bigint NOT NULL,
	CONSTRAINT "key_usage_monthly_organization_id_key_id_month_pk" PRIMARY KEY("organization_id","key_id","month")
);
--> statement-breakpoint
ALTER TABLE "key_usage_monthly" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "max_tier" text;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "rotated_from" uuid;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "inferences" ADD COLUMN "arm" text;--> statement-breakpoint
ALTER TABLE "consent_notices" ADD CONSTRAINT "consent_notices_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "feedback_newest" ON "feedback" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "feedback_inference" ON "feedback" USING btree ("organization_id","inference_id") WHERE "feedback"."inference_id" is not null;--> statement-breakpoint
CREATE INDEX "feedback_episode" ON "feedback" USING btree ("organization_id","episode_id") WHERE "feedback"."episode_id" is not null;--> statement-breakpoint
CREATE INDEX "feedback_subject" ON "feedback" USING btree ("organization_id","subject_ref") WHERE "feedback"."subject_ref" is not null;--> statement-breakpoint
CREATE INDEX "feedback_triage" ON "feedback" USING btree ("organization_id","triage","created_at") WHERE "feedback"."triage" is not null;--> statement-breakpoint
CREATE INDEX "image_signatures_hamming" ON "image_signatures" USING hnsw ("signature" bit_hamming_ops);--> statement-breakpoint
CREATE INDEX "image_signatures_newest" ON "image_signatures" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "image_signatures_created" ON "image_signatures" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "text_signatures_bands" ON "text_signatures" USING gin ("bands");--> statement-breakpoint
CREATE INDEX "text_signatures_created" ON "text_signatures" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_max_tier" CHECK (max_tier in ('none', 'basic', 'analytics', 'research'));--> statement-breakpoint
CREATE POLICY "organization" ON "consent_notices" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("consent_notices"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("consent_notices"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "consent_notices" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "feedback" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("feedback"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("feedback"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "feedback" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "image_signatures" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("image_signatures"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("image_signatures"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "image_signatures" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "text_signatures" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("text_signatures"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("text_signatures"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "text_signatures" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "audit_heads" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("audit_heads"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("audit_heads"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "audit_heads" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "key_usage_monthly" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("key_usage_monthly"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("key_usage_monthly"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "key_usage_monthly" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);