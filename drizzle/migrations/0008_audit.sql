ALTER TABLE "audit_heads" ADD COLUMN "anchored_seq" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
INSERT INTO audit_heads (organization_id, seq, hash, at)
SELECT DISTINCT ON (organization_id) organization_id, seq, hash, at FROM audit_log ORDER BY organization_id, seq DESC
ON CONFLICT DO NOTHING;
--> statement-breakpoint
-- What a link of the audit chain hashes behind the hash before it: one JSON text, so that whoever reads it can
-- compute the hash anew and compare what it says with what is shown.
CREATE FUNCTION audit_link_text(p_organization uuid, p_seq bigint, p_actor text, p_action text, p_target text,
	p_detail jsonb, p_at timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT jsonb_build_array(p_organization, p_seq, p_actor, p_action, p_target, p_detail,
		floor(extract(epoch FROM p_at) * 1000000)::bigint)::text;
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit_link(p_prev bytea, p_organization uuid, p_seq bigint, p_actor text, p_action text,
	p_target text, p_detail jsonb, p_at timestamptz) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT sha256(p_prev || convert_to(
		audit_link_text(p_organization, p_seq, p_actor, p_action, p_target, p_detail, p_at), 'UTF8'));
$$;
--> statement-breakpoint
-- Appends to the audit log of the organization that is set, and moves its head; answers the number of the entry.
-- The head counts, not only what is left of the log: entries cut off behind its back leave a gap for ever.
CREATE OR REPLACE FUNCTION append_audit(p_actor text, p_action text, p_target text, p_detail jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	organization uuid := nullif(current_setting('app.organization', true), '')::uuid;
	previous record;
	next_seq bigint;
	next_hash bytea;
	written timestamptz;
BEGIN
	IF organization IS NULL THEN
		RAISE EXCEPTION 'no organization is set' USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended('headgate.audit.' || organization::text, 0));
	SELECT p.seq, p.hash INTO previous FROM (
		SELECT h.seq, h.hash, true AS is_head FROM audit_heads h WHERE h.organization_id = organization
		UNION ALL
		(SELECT a.seq, a.hash, false FROM audit_log a WHERE a.organization_id = organization ORDER BY a.seq DESC LIMIT 1)
	) p ORDER BY p.seq DESC, p.is_head DESC LIMIT 1;
	next_seq := coalesce(previous.seq, 0) + 1;
	written := clock_timestamp();
	next_hash := audit_link(coalesce(previous.hash, ''::bytea), organization, next_seq, p_actor, p_action, p_target,
		p_detail, written);
	INSERT INTO audit_log (organization_id, seq, prev_hash, hash, actor, action, target, detail, at)
	VALUES (organization, next_seq, coalesce(previous.hash, ''::bytea), next_hash, p_actor, p_action, p_target,
		p_detail, written);
	INSERT INTO audit_heads AS head (organization_id, seq, hash, at)
	VALUES (organization, next_seq, next_hash, written)
	ON CONFLICT (organization_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at;
	RETURN next_seq;
END $$;
--> statement-breakpoint
-- Judges one page of the chain of the organization that is set: the entries that follow number p_after_seq (0: from
-- the start), whose hash is p_after_hash. Answers how many it judged, the last of them, the first that is broken and
-- how, and the head as it stands at the same moment. A page that judged fewer than p_limit reached the end.
--   missing   the entry of that number is gone
--   inserted  the entry was put in: its neighbors link past it, or its number never was
--   altered   the entry says something else than its hash, or than the entry behind it vouches for
CREATE FUNCTION check_audit_page(p_after_seq bigint, p_after_hash bytea, p_limit integer) RETURNS TABLE (
	entries bigint, last_seq bigint, last_hash text, broken_seq bigint, broken_kind text, head_seq bigint,
	head_hash text, anchored_seq bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	WITH ahead AS (
		-- One entry more than is judged: what it links to tells whether the one before it was put in.
		SELECT * FROM audit_log a
		WHERE a.organization_id = nullif(current_setting('app.organization', true), '')::uuid
			AND (p_after_seq = 0 OR a.seq > p_after_seq)
		ORDER BY a.seq LIMIT p_limit + 1
	), page AS (
		SELECT a.seq, a.hash, a.prev_hash, row_number() OVER chain AS place,
			a.hash = audit_link(a.prev_hash, a.organization_id, a.seq, a.actor, a.action, a.target, a.detail,
				a.at) AS is_sound,
			lag(a.seq, 1, p_after_seq) OVER chain AS seq_before,
			lag(a.hash, 1, p_after_hash) OVER chain AS hash_before,
			lead(a.prev_hash) OVER chain AS linked_behind
		FROM ahead a WINDOW chain AS (ORDER BY a.seq)
	), judged AS (
		SELECT seq, hash,
			CASE
				WHEN seq > seq_before + 1 THEN 'missing'
				WHEN seq <= seq_before THEN 'inserted'
				WHEN prev_hash = hash_before AND linked_behind = hash_before THEN 'inserted'
				WHEN NOT is_sound OR prev_hash <> hash_before THEN 'altered'
			END AS kind,
			CASE
				WHEN seq > seq_before + 1 THEN seq_before + 1
				WHEN seq <= seq_before THEN seq
				WHEN is_sound AND prev_hash <> hash_before THEN greatest(seq - 1, 1)
				ELSE seq
			END AS at_seq
		FROM page WHERE place <= p_limit
	), first_broken AS (
		SELECT at_seq, kind FROM judged WHERE kind IS NOT NULL ORDER BY seq LIMIT 1
	), last_judged AS (
		SELECT seq, encode(hash, 'hex') AS hash FROM judged ORDER BY seq DESC LIMIT 1
	)
	SELECT (SELECT count(*) FROM judged), l.seq, l.hash, b.at_seq, b.kind, h.seq, encode(h.hash, 'hex'), h.anchored_seq
	FROM (SELECT nullif(current_setting('app.organization', true), '')::uuid AS id) organization
	LEFT JOIN last_judged l ON true
	LEFT JOIN first_broken b ON true
	LEFT JOIN audit_heads h ON h.organization_id = organization.id;
$$;
--> statement-breakpoint
DROP FUNCTION first_broken_audit_entry();
--> statement-breakpoint
-- Organizations whose head is not where it was anchored last, longest waiting first.
CREATE FUNCTION unanchored_organizations(p_limit integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	SELECT organization_id FROM audit_heads WHERE seq <> anchored_seq ORDER BY at LIMIT p_limit;
$$;
--> statement-breakpoint
-- Notes that the head of the organization that is set was anchored at that entry.
CREATE FUNCTION note_audit_anchor(p_seq bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
	UPDATE audit_heads SET anchored_seq = greatest(anchored_seq, p_seq)
	WHERE organization_id = nullif(current_setting('app.organization', true), '')::uuid;
$$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION audit_link_text(uuid, bigint, text, text, text, jsonb, timestamptz),
	check_audit_page(bigint, bytea, integer), unanchored_organizations(integer), note_audit_anchor(bigint)
FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION audit_link_text(uuid, bigint, text, text, text, jsonb, timestamptz),
	check_audit_page(bigint, bytea, integer), unanchored_organizations(integer), note_audit_anchor(bigint)
TO headgate_app;
