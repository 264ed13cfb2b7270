-- Strength of a consent tier: 0 keeps nothing, 1 counts, from 2 on values count too.
CREATE FUNCTION tier_rank(tier text) RETURNS integer
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
	SELECT coalesce(array_position(ARRAY['basic', 'analytics', 'research'], tier), 0);
$$;
--> statement-breakpoint
-- What aggregates may see: each exchange with the weaker of the tier it was kept under and the tier that holds
-- now. Who withdrew is absent; under `basic` an exchange is counted, and its values are null.
CREATE VIEW counted_inferences WITH (security_barrier) AS
SELECT id, created_at, (created_at AT TIME ZONE 'UTC')::date AS day, organization_id, model, model_version, robot_type,
	status, rank,
	CASE WHEN rank >= 2 THEN infer_ms END AS infer_ms,
	CASE WHEN rank >= 2 THEN safety_score END AS safety_score,
	CASE WHEN rank >= 2 THEN episode_id END AS episode_id
FROM (
	SELECT i.*, least(tier_rank(i.tier), tier_rank(coalesce(c.tier, 'none'))) AS rank
	FROM inferences i
	LEFT JOIN consent_current c
		ON c.organization_id = i.organization_id AND c.subject_ref = coalesce(i.subject_ref, '')
) ranked
WHERE rank >= 1;
--> statement-breakpoint
CREATE MATERIALIZED VIEW customer_usage_daily_data AS
SELECT organization_id, day, model, robot_type, count(*) AS exchanges,
	count(*) FILTER (WHERE status = 'unsafe_action') AS unsafe_actions,
	count(infer_ms) AS valued_exchanges, avg(infer_ms) AS infer_ms_mean,
	percentile_cont(0.95) WITHIN GROUP (ORDER BY infer_ms) AS infer_ms_p95
FROM counted_inferences
GROUP BY organization_id, day, model, robot_type;
--> statement-breakpoint
CREATE UNIQUE INDEX customer_usage_daily_data_key ON customer_usage_daily_data (organization_id, day, model, robot_type);
--> statement-breakpoint
CREATE MATERIALIZED VIEW robot_performance_data AS
SELECT organization_id, robot_type, model, model_version, count(*) AS exchanges,
	count(*) FILTER (WHERE status = 'unsafe_action') AS unsafe_actions,
	count(infer_ms) AS valued_exchanges, count(DISTINCT episode_id) AS episodes, avg(safety_score) AS safety_score_mean,
	avg(infer_ms) AS infer_ms_mean, percentile_cont(0.95) WITHIN GROUP (ORDER BY infer_ms) AS infer_ms_p95
FROM counted_inferences
GROUP BY organization_id, robot_type, model, model_version;
--> statement-breakpoint
CREATE UNIQUE INDEX robot_performance_data_key ON robot_performance_data (organization_id, robot_type, model, model_version);
--> statement-breakpoint
-- By the hash of the normalized text, which is kept from `analytics` on: lower tiers are absent, not counted.
CREATE MATERIALIZED VIEW instruction_effectiveness_data AS
SELECT c.organization_id, r.text_hash, count(*) AS exchanges,
	count(*) FILTER (WHERE c.status = 'unsafe_action') AS unsafe_actions, count(DISTINCT c.episode_id) AS episodes,
	count(c.episode_id)::double precision / nullif(count(DISTINCT c.episode_id), 0) AS steps_per_episode,
	avg(c.safety_score) AS safety_score_mean
FROM counted_inferences c
JOIN embeddings_text_records r ON r.inference_id = c.id AND r.organization_id = c.organization_id
WHERE c.rank >= 2
GROUP BY c.organization_id, r.text_hash;
--> statement-breakpoint
CREATE UNIQUE INDEX instruction_effectiveness_data_key ON instruction_effectiveness_data (organization_id, text_hash);
--> statement-breakpoint
-- Row-level security does not reach materialized views; these are the only way to them.
CREATE VIEW customer_usage_daily WITH (security_barrier) AS
SELECT * FROM customer_usage_daily_data
WHERE organization_id = (SELECT nullif(current_setting('app.organization', true), '')::uuid);
--> statement-breakpoint
CREATE VIEW robot_performance WITH (security_barrier) AS
SELECT * FROM robot_performance_data
WHERE organization_id = (SELECT nullif(current_setting('app.organization', true), '')::uuid);
--> statement-breakpoint
CREATE VIEW instruction_effectiveness WITH (security_barrier) AS
SELECT * FROM instruction_effectiveness_data
WHERE organization_id = (SELECT nullif(current_setting('app.organization', true), '')::uuid);
--> statement-breakpoint
GRANT SELECT ON customer_usage_daily, robot_performance, instruction_effectiveness TO headgate_app;
--> statement-breakpoint
-- Brings the three materialized views up to date while they are read.
CREATE FUNCTION refresh_views() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	REFRESH MATERIALIZED VIEW CONCURRENTLY customer_usage_daily_data;
	REFRESH MATERIALIZED VIEW CONCURRENTLY robot_performance_data;
	REFRESH MATERIALIZED VIEW CONCURRENTLY instruction_effectiveness_data;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION refresh_views() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION refresh_views() TO headgate_app;
