CREATE EXTENSION IF NOT EXISTS vector;
--> statement-breakpoint
-- Iterative index scans, without which an organization that owns few of the vectors finds none, came with 0.8.
DO $$
BEGIN
	IF (SELECT string_to_array(extversion, '.')::int[] < ARRAY[0, 8] FROM pg_extension WHERE extname = 'vector') THEN
		RAISE EXCEPTION 'pgvector 0.8 or later is needed; run ALTER EXTENSION vector UPDATE';
	END IF;
END $$;
--> statement-breakpoint
-- Roles belong to the whole server, so another database of it may have made them. headgate_app serves, and is
-- bound by row-level security; headgate_platform is what functions and views see all organizations as.
DO $$
BEGIN
	CREATE ROLE headgate_app LOGIN;
EXCEPTION WHEN duplicate_object THEN
	NULL;
END $$;
--> statement-breakpoint
DO $$
BEGIN
	CREATE ROLE headgate_platform NOLOGIN;
EXCEPTION WHEN duplicate_object THEN
	NULL;
END $$;
--> statement-breakpoint
GRANT headgate_platform TO CURRENT_USER;
