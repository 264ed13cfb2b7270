DROP FUNCTION use_vector_index(text), first_broken_audit_entry(), append_audit(text, text, text, jsonb),
	audit_link(bytea, uuid, bigint, text, text, text, jsonb, timestamptz), admission_facts(text, text),
	active_organizations(), drop_expired_partitions(integer, integer), ensure_partitions(integer, integer),
	ensure_partitions_at(timestamptz), ensure_partition(text, text, timestamp, timestamp);
