import type { NeonQueryFunction } from "@neondatabase/serverless";

/** Everything that makes a schema, as sorted text, for a test that compares two. */
export async function describeSchema(owner: NeonQueryFunction<false, false>): Promise<string[]> {
  const rows = await owner`
    select 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || ' '
      || attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') as line
    from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_attrdef d
      on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
    union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'policy ' || concat_ws(' ', tablename, policyname, cmd, roles::text, qual, with_check)
      from pg_policies
    union all select 'function ' || pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc p
      where pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
    union all select 'view ' || c.relname || pg_get_viewdef(c.oid) from pg_class c
      where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
    union all select 'relation ' || relname || ' ' || relkind::text || ' ' || relrowsecurity || relforcerowsecurity
      || coalesce(relacl::text, '') from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'i'
    union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal`;
  return rows.map((row) => row.line).sort();
}
