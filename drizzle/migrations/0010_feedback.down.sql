DROP VIEW counted_exchanges, counted_feedback;
