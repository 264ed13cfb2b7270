DROP FUNCTION note_audit_anchor(bigint), unanchored_organizations(integer), check_audit_page(bigint, bytea, integer);
--> statement-breakpoint
CREATE FUNCTION first_broken_audit_entry() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT min(link.seq) FROM (
		SELECT a.*, row_number() OVER chain AS expected_seq,
			lag(a.hash, 1, ''::bytea) OVER chain AS expected_prev
		FROM audit_log a
		WHERE a.organization_id = nullif(current_setting('app.organization', true), '')::uuid
		WINDOW chain AS (ORDER BY a.seq)
	) link
	WHERE link.seq <> link.expected_seq OR link.prev_hash <> link.expected_prev
		OR link.hash <> audit_link(link.prev_hash, link.organization_id, link.seq, link.actor, link.action,
			link.target, link.detail, link.at);
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION first_broken_audit_entry() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION first_broken_audit_entry() TO headgate_app;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION append_audit(p_actor text, p_action text, p_target text, p_detail jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	organization uuid := nullif(current_setting('app.organization', true), '')::uuid;
	previous record;
	next_seq bigint;
	written timestamptz;
BEGIN
	IF organization IS NULL THEN
		RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('headgate.audit.' || organization::text, 0));
	SELECT a.seq, a.hash INTO previous FROM audit_log a
		WHERE a.organization_id = organization ORDER BY a.seq DESC LIMIT 1;
	next_seq := coalesce(previous.seq, 0) + 1;
	written := clock_timestamp();
	INSERT INTO audit_log (organization_id, seq, prev_hash, hash, actor, action, target, detail, at)
	VALUES (organization, next_seq, coalesce(previous.hash, ''::bytea),
		audit_link(coalesce(previous.hash, ''::bytea), organization, next_seq, p_actor, p_action, p_target,
			p_detail, written),
		p_actor, p_action, p_target, p_detail, written);
	RETURN next_seq;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit_link(p_prev bytea, p_organization uuid, p_seq bigint, p_actor text, p_action text,
	p_target text, p_detail jsonb, p_at timestamptz) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT sha256(p_prev || convert_to(jsonb_build_array(p_organization, p_seq, p_actor, p_action, p_target, p_detail,
		floor(extract(epoch FROM p_at) * 1000000)::bigint)::text, 'UTF8'));
$$;
--> statement-breakpoint
DROP FUNCTION audit_link_text(uuid, bigint, text, text, text, jsonb, timestamptz);
--> statement-breakpoint
ALTER TABLE "audit_heads" DROP COLUMN "anchored_seq";
