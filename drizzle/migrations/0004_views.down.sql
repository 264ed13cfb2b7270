DROP FUNCTION refresh_views();
--> statement-breakpoint
DROP VIEW instruction_effectiveness, robot_performance, customer_usage_daily;
--> statement-breakpoint
DROP MATERIALIZED VIEW instruction_effectiveness_data, robot_performance_data, customer_usage_daily_data;
--> statement-breakpoint
DROP VIEW counted_inferences;
--> statement-breakpoint
DROP FUNCTION tier_rank(text);
