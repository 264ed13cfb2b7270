DROP FUNCTION changed_tiers(timestamptz, uuid, text, integer), changed_limits(timestamptz), changed_keys(timestamptz),
	admission_facts(text, text);
--> statement-breakpoint
-- All that admission must know of a key and a subject, in one read. No row where the key is unknown.
-- A subject that the ledger does not know has tier none; '' asks for the organization's person-free stream.
CREATE FUNCTION admission_facts(p_key_id text, p_subject_digest text) RETURNS TABLE (
	organization_id uuid, key_uuid uuid, digest text, pepper_version integer, scopes text[], revoked boolean,
	expires_at_ms bigint, version bigint, rate_per_second integer, quota_per_month bigint, concurrency integer,
	cidrs text[], defaults jsonb, used_this_month bigint, subject_ref text, tier text, consent_version bigint,
	consent_event_id uuid, key_seed text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT k.organization_id, k.id, encode(k.digest, 'hex'), k.pepper_version, k.scopes,
		k.revoked_at IS NOT NULL OR o.deleted_at IS NOT NULL,
		floor(extract(epoch FROM k.expires_at) * 1000)::bigint, k.version,
		coalesce(k.rate_per_second, o.rate_per_second), coalesce(k.quota_per_month, o.quota_per_month),
		coalesce(k.concurrency, o.concurrency), k.cidrs, k.defaults,
		(SELECT coalesce(sum(b.quota_units), 0)::bigint FROM billing_daily b
			WHERE b.organization_id = k.organization_id
				AND b.day >= date_trunc('month', now() AT TIME ZONE 'UTC')::date),
		s.ref, coalesce(c.tier, 'none'), coalesce(c.version, 0), c.consent_event_id, encode(c.key_seed, 'hex')
	FROM api_keys k
	JOIN organizations o ON o.id = k.organization_id
	CROSS JOIN LATERAL (SELECT CASE p_subject_digest WHEN '' THEN '' ELSE
		encode(sha256(convert_to(k.organization_id::text || ':' || p_subject_digest, 'UTF8')), 'hex') END AS ref) s
	LEFT JOIN consent_current c ON c.organization_id = k.organization_id AND c.subject_ref = s.ref
	WHERE k.key_id = p_key_id;
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION admission_facts(text, text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION admission_facts(text, text) TO headgate_app;
--> statement-breakpoint
DROP TRIGGER "api_keys_changed" ON "api_keys";
--> statement-breakpoint
DROP TRIGGER "organizations_changed" ON "organizations";
--> statement-breakpoint
DROP FUNCTION note_change();
--> statement-breakpoint
DROP INDEX "consent_current_changed";
--> statement-breakpoint
DROP INDEX "api_keys_changed";
--> statement-breakpoint
ALTER TABLE "api_keys" DROP COLUMN "changed_at";
--> statement-breakpoint
ALTER TABLE "organizations" DROP COLUMN "changed_at";
