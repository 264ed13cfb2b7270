-- What statistics of feedback may see, of the organization that is set: each piece with the weaker of the tier it
-- was kept under and the tier that holds now. Who withdrew is absent; under `basic` it counts, without values.
CREATE VIEW counted_feedback WITH (security_barrier) AS
SELECT organization_id, created_at, type, model, arm, robot_type, platform, triage,
	CASE WHEN rank >= 2 THEN rating END AS rating,
	CASE WHEN rank >= 2 THEN success END AS success
FROM (
	SELECT f.*, least(tier_rank(f.tier), tier_rank(coalesce(c.tier, 'none'))) AS rank
	FROM feedback f
	LEFT JOIN consent_current c
		ON c.organization_id = f.organization_id AND c.subject_ref = coalesce(f.subject_ref, '')
) ranked
WHERE rank >= 1 AND organization_id = (SELECT nullif(current_setting('app.organization', true), '')::uuid);
--> statement-breakpoint
-- The exchanges that feedback is measured against, as they count at this moment.
CREATE VIEW counted_exchanges WITH (security_barrier) AS
SELECT i.organization_id, i.created_at, i.model, i.arm, i.robot_type
FROM inferences i
JOIN consent_current c ON c.organization_id = i.organization_id AND c.subject_ref = coalesce(i.subject_ref, '')
WHERE c.tier <> 'none'
	AND i.organization_id = (SELECT nullif(current_setting('app.organization', true), '')::uuid);
--> statement-breakpoint
GRANT SELECT ON counted_feedback, counted_exchanges TO headgate_app;
