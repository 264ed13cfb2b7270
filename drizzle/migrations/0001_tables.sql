CREATE TABLE "embeddings_image" (
	"inference_id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"organization_id" uuid NOT NULL,
	"embedding" vector(512) NOT NULL,
	"model" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "embeddings_image" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "embeddings_text" (
	"organization_id" uuid NOT NULL,
	"text_hash" text NOT NULL,
	"embedding" vector(384) NOT NULL,
	"model" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "embeddings_text_organization_id_text_hash_pk" PRIMARY KEY("organization_id","text_hash")
);
--> statement-breakpoint
ALTER TABLE "embeddings_text" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "embeddings_text_records" (
	"inference_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"text_hash" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "embeddings_text_records_inference_id_pk" PRIMARY KEY("inference_id")
);
--> statement-breakpoint
ALTER TABLE "embeddings_text_records" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"key_id" text NOT NULL,
	"digest" "bytea" NOT NULL,
	"pepper_version" integer NOT NULL,
	"hint" text NOT NULL,
	"environment" text NOT NULL,
	"scopes" text[] NOT NULL,
	"name" text NOT NULL,
	"defaults" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"rate_per_second" integer,
	"quota_per_month" bigint,
	"concurrency" integer,
	"cidrs" text[] DEFAULT '{}' NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"version" bigint DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_keys_key_id_unique" UNIQUE("key_id"),
	CONSTRAINT "api_keys_environment" CHECK ("api_keys"."environment" in ('live', 'test')),
	CONSTRAINT "api_keys_key_id" CHECK (length("api_keys"."key_id") = 8)
);
--> statement-breakpoint
ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "consent_current" (
	"organization_id" uuid NOT NULL,
	"subject_ref" text NOT NULL,
	"tier" text NOT NULL,
	"version" bigint NOT NULL,
	"consent_event_id" uuid NOT NULL,
	"legal_basis" text NOT NULL,
	"key_seed" "bytea" NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_current_organization_id_subject_ref_pk" PRIMARY KEY("organization_id","subject_ref"),
	CONSTRAINT "consent_current_tier" CHECK (tier in ('none', 'basic', 'analytics', 'research')),
	CONSTRAINT "consent_current_key_seed" CHECK (length("consent_current"."key_seed") = 32)
);
--> statement-breakpoint
ALTER TABLE "consent_current" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "consent_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"subject_ref" text NOT NULL,
	"tier" text NOT NULL,
	"version" bigint NOT NULL,
	"legal_basis" text NOT NULL,
	"notice_version" text,
	"notice_hash" text,
	"actor_key_id" text NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_events_version" UNIQUE("organization_id","subject_ref","version"),
	CONSTRAINT "consent_events_tier" CHECK (tier in ('none', 'basic', 'analytics', 'research')),
	CONSTRAINT "consent_events_version_positive" CHECK ("consent_events"."version" > 0)
);
--> statement-breakpoint
ALTER TABLE "consent_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"cell" text NOT NULL,
	"rate_per_second" integer,
	"quota_per_month" bigint,
	"concurrency" integer,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "organizations_slug_unique" UNIQUE("slug")
);
--> statement-breakpoint
ALTER TABLE "organizations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "content_hashes" (
	"organization_id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"inference_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "content_hashes_organization_id_content_hash_pk" PRIMARY KEY("organization_id","content_hash")
);
--> statement-breakpoint
ALTER TABLE "content_hashes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "inference_bodies" (
	"id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"organization_id" uuid NOT NULL,
	"subject_ref" text,
	"payload" jsonb,
	"payload_gzip" "bytea",
	CONSTRAINT "inference_bodies_id_created_at_pk" PRIMARY KEY("id","created_at"),
	CONSTRAINT "inference_bodies_one_payload" CHECK (num_nonnulls("inference_bodies"."payload", "inference_bodies"."payload_gzip") = 1)
) PARTITION BY RANGE ("created_at");
--> statement-breakpoint
ALTER TABLE "inference_bodies" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "inferences" (
	"id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"organization_id" uuid NOT NULL,
	"subject_ref" text,
	"tier" text NOT NULL,
	"consent_event_id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"key_id" text NOT NULL,
	"source" text NOT NULL,
	"status" text NOT NULL,
	"model" text NOT NULL,
	"model_version" text NOT NULL,
	"robot_type" text NOT NULL,
	"action_space" text NOT NULL,
	"frame" text NOT NULL,
	"units" text NOT NULL,
	"gripper_convention" text NOT NULL,
	"norm_key" text NOT NULL,
	"control_hz" double precision NOT NULL,
	"chunk_size" integer NOT NULL,
	"episode_id" text,
	"step" integer,
	"environment" text,
	"captured_at" timestamp with time zone,
	"warnings" text[] DEFAULT '{}' NOT NULL,
	"admit_ms" real NOT NULL,
	"runner_queue_ms" real,
	"runner_compute_ms" real,
	"infer_ms" real NOT NULL,
	"trace_id" text NOT NULL,
	"configuration_hash" text NOT NULL,
	"safety_score" real,
	"text_state" text NOT NULL,
	"image_state" text NOT NULL,
	"duplicate_of" uuid,
	"image_key" text,
	"image_offset_bytes" integer,
	"image_length_bytes" integer,
	"image_content_type" text,
	"stored_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inferences_id_created_at_pk" PRIMARY KEY("id","created_at"),
	CONSTRAINT "inferences_tier" CHECK ("inferences"."tier" in ('basic', 'analytics', 'research')),
	CONSTRAINT "inferences_text_state" CHECK (text_state in ('absent', 'withheld', 'pending', 'stored')),
	CONSTRAINT "inferences_image_state" CHECK (image_state in ('absent', 'withheld', 'pending', 'stored')),
	CONSTRAINT "inferences_score_tier" CHECK ("inferences"."safety_score" is null or "inferences"."tier" <> 'basic'),
	CONSTRAINT "inferences_image_tier" CHECK ("inferences"."image_key" is null or "inferences"."tier" = 'research')
) PARTITION BY RANGE ("created_at");
--> statement-breakpoint
ALTER TABLE "inferences" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "audit_log" (
	"organization_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"prev_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"target" text NOT NULL,
	"detail" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "audit_log_organization_id_seq_pk" PRIMARY KEY("organization_id","seq")
);
--> statement-breakpoint
ALTER TABLE "audit_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "billing_daily" (
	"organization_id" uuid NOT NULL,
	"day" date NOT NULL,
	"route" text NOT NULL,
	"model" text NOT NULL,
	"requests" bigint NOT NULL,
	"quota_units" bigint NOT NULL,
	CONSTRAINT "billing_daily_organization_id_day_route_model_pk" PRIMARY KEY("organization_id","day","route","model")
);
--> statement-breakpoint
ALTER TABLE "billing_daily" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "safety_incidents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"rule_ids" text[] NOT NULL,
	"model" text NOT NULL,
	"robot_type" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "safety_incidents" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "erasures" (
	"organization_id" uuid NOT NULL,
	"subject_ref" text NOT NULL,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "erasures_organization_id_subject_ref_requested_at_pk" PRIMARY KEY("organization_id","subject_ref","requested_at")
);
--> statement-breakpoint
ALTER TABLE "erasures" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "embeddings_text_records" ADD CONSTRAINT "embeddings_text_records_text" FOREIGN KEY ("organization_id","text_hash") REFERENCES "public"."embeddings_text"("organization_id","text_hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consent_current" ADD CONSTRAINT "consent_current_event" FOREIGN KEY ("consent_event_id") REFERENCES "public"."consent_events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consent_events" ADD CONSTRAINT "consent_events_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "embeddings_image_created" ON "embeddings_image" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "embeddings_image_cosine" ON "embeddings_image" USING hnsw ("embedding" vector_cosine_ops);--> statement-breakpoint
CREATE INDEX "embeddings_image_euclidean" ON "embeddings_image" USING hnsw ("embedding" vector_l2_ops);--> statement-breakpoint
CREATE INDEX "embeddings_text_cosine" ON "embeddings_text" USING hnsw ("embedding" vector_cosine_ops);--> statement-breakpoint
CREATE INDEX "embeddings_text_euclidean" ON "embeddings_text" USING hnsw ("embedding" vector_l2_ops);--> statement-breakpoint
CREATE INDEX "embeddings_text_records_text" ON "embeddings_text_records" USING btree ("organization_id","text_hash");--> statement-breakpoint
CREATE INDEX "embeddings_text_records_created" ON "embeddings_text_records" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "api_keys_organization" ON "api_keys" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "content_hashes_created" ON "content_hashes" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "inference_bodies_subject" ON "inference_bodies" USING btree ("organization_id","subject_ref") WHERE "inference_bodies"."subject_ref" is not null;--> statement-breakpoint
CREATE INDEX "inferences_newest" ON "inferences" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "inferences_subject" ON "inferences" USING btree ("organization_id","subject_ref","created_at") WHERE "inferences"."subject_ref" is not null;--> statement-breakpoint
CREATE INDEX "inferences_episode" ON "inferences" USING btree ("organization_id","episode_id","step") WHERE "inferences"."episode_id" is not null;--> statement-breakpoint
CREATE INDEX "safety_incidents_organization" ON "safety_incidents" USING btree ("organization_id","at");--> statement-breakpoint
CREATE POLICY "organization" ON "embeddings_image" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("embeddings_image"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("embeddings_image"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "embeddings_image" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "embeddings_text" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("embeddings_text"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("embeddings_text"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "embeddings_text" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "embeddings_text_records" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("embeddings_text_records"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("embeddings_text_records"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "embeddings_text_records" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "api_keys" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("api_keys"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("api_keys"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "api_keys" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "consent_current" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("consent_current"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("consent_current"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "consent_current" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "consent_events" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("consent_events"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("consent_events"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "consent_events" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "organizations" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("organizations"."id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("organizations"."id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "organizations" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "content_hashes" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("content_hashes"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("content_hashes"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "content_hashes" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "inference_bodies" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("inference_bodies"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("inference_bodies"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "inference_bodies" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "inferences" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("inferences"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("inferences"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "inferences" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "audit_log" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("audit_log"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("audit_log"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "audit_log" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "billing_daily" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("billing_daily"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("billing_daily"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "billing_daily" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "safety_incidents" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("safety_incidents"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("safety_incidents"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "safety_incidents" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization" ON "erasures" AS PERMISSIVE FOR ALL TO "headgate_app" USING ("erasures"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid)) WITH CHECK ("erasures"."organization_id" = (select nullif(current_setting('app.organization', true), '')::uuid));--> statement-breakpoint
CREATE POLICY "platform" ON "erasures" AS PERMISSIVE FOR ALL TO "headgate_platform" USING (true) WITH CHECK (true);