ALTER TABLE "organizations" ADD COLUMN "changed_at" timestamp with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "changed_at" timestamp with time zone DEFAULT now() NOT NULL;
--> statement-breakpoint
CREATE INDEX "api_keys_changed" ON "api_keys" USING btree ("changed_at");
--> statement-breakpoint
CREATE INDEX "consent_current_changed" ON "consent_current" USING btree ("updated_at");
--> statement-breakpoint
-- Says when a row got its version, whoever gave it: what Redis repeats is looked for by that time.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	NEW.changed_at := clock_timestamp();
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER "organizations_changed" BEFORE UPDATE ON "organizations" FOR EACH ROW
WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION note_change();
--> statement-breakpoint
CREATE TRIGGER "api_keys_changed" BEFORE UPDATE ON "api_keys" FOR EACH ROW
WHEN (OLD.version IS DISTINCT FROM NEW.version) EXECUTE FUNCTION note_change();
--> statement-breakpoint
DROP FUNCTION admission_facts(text, text);
--> statement-breakpoint
-- All that admission must know of a key, its organization and a subject, in one read. No row where the key is
-- unknown. A subject that the ledger does not know has tier none; '' asks for the organization's person-free stream.
CREATE FUNCTION admission_facts(p_key_id text, p_subject_digest text) RETURNS TABLE (
	organization_id uuid, key_uuid uuid, digest text, pepper_version integer, scopes text[], revoked boolean,
	expires_at_ms bigint, version bigint, rate_per_second integer, quota_per_month bigint, concurrency integer,
	cidrs text[], defaults jsonb, max_tier text, key_used_this_month bigint,
	organization_version bigint, organization_rate_per_second integer, organization_quota_per_month bigint,
	organization_concurrency integer, used_this_month bigint,
	subject_ref text, tier text, consent_version bigint, consent_event_id uuid, key_seed text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT k.organization_id, k.id, encode(k.digest, 'hex'), k.pepper_version, k.scopes,
		k.revoked_at IS NOT NULL OR o.deleted_at IS NOT NULL,
		floor(extract(epoch FROM k.expires_at) * 1000)::bigint, k.version,
		k.rate_per_second, k.quota_per_month, k.concurrency, k.cidrs, k.defaults, k.max_tier,
		(SELECT coalesce(sum(u.quota_units), 0)::bigint FROM key_usage_monthly u
			WHERE u.organization_id = k.organization_id AND u.key_id = k.id AND u.month = period.start),
		o.version, o.rate_per_second, o.quota_per_month, o.concurrency,
		(SELECT coalesce(sum(b.quota_units), 0)::bigint FROM billing_daily b
			WHERE b.organization_id = k.organization_id AND b.day >= period.start),
		s.ref, coalesce(c.tier, 'none'), coalesce(c.version, 0), c.consent_event_id, encode(c.key_seed, 'hex')
	FROM api_keys k
	JOIN organizations o ON o.id = k.organization_id
	CROSS JOIN (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS start) period
	CROSS JOIN LATERAL (SELECT CASE p_subject_digest WHEN '' THEN '' ELSE
		encode(sha256(convert_to(k.organization_id::text || ':' || p_subject_digest, 'UTF8')), 'hex') END AS ref) s
	LEFT JOIN consent_current c ON c.organization_id = k.organization_id AND c.subject_ref = s.ref
	WHERE k.key_id = p_key_id;
$$;
--> statement-breakpoint
-- What Redis may still tell otherwise: keys, limits and tiers that were changed since then, in every organization.
CREATE FUNCTION changed_keys(p_since timestamptz) RETURNS TABLE (key_id text, version bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT k.key_id, k.version FROM api_keys k WHERE k.changed_at >= p_since AND k.version > 1;
$$;
--> statement-breakpoint
CREATE FUNCTION changed_limits(p_since timestamptz) RETURNS TABLE (
	organization_id uuid, version bigint, rate_per_second integer, quota_per_month bigint, concurrency integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT o.id, o.version, o.rate_per_second, o.quota_per_month, o.concurrency
	FROM organizations o WHERE o.changed_at >= p_since AND o.version > 1;
$$;
--> statement-breakpoint
-- Many people may change their minds in a quarter of an hour: page by page, behind the last row of the page before.
CREATE FUNCTION changed_tiers(p_since timestamptz, p_after_organization uuid, p_after_ref text, p_limit integer)
RETURNS TABLE (organization_id uuid, subject_ref text, tier text, version bigint, consent_event_id uuid, key_seed text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT c.organization_id, c.subject_ref, c.tier, c.version, c.consent_event_id, encode(c.key_seed, 'hex')
	FROM consent_current c
	WHERE c.updated_at >= p_since AND (c.organization_id, c.subject_ref) > (p_after_organization, p_after_ref)
	ORDER BY c.organization_id, c.subject_ref LIMIT p_limit;
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION note_change(), admission_facts(text, text), changed_keys(timestamptz),
	changed_limits(timestamptz), changed_tiers(timestamptz, uuid, text, integer)
FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION admission_facts(text, text), changed_keys(timestamptz), changed_limits(timestamptz),
	changed_tiers(timestamptz, uuid, text, integer)
TO headgate_app;
