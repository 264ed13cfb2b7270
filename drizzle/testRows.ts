import type { NeonQueryFunction } from "@neondatabase/serverless";
import { z } from "zod";

const columnSchema = z.object({ name: z.string(), type: z.string() });
type Column = z.infer<typeof columnSchema>;

/** What a column holds where its type alone does not say: words of closed sets, and lengths. */
const BY_NAME: Readonly<Record<string, string>> = {
  tier: "'research'",
  environment: "'test'",
  text_state: "'absent'",
  image_state: "'absent'",
  robot_type: "'franka'",
  subject_ref: "''",
  key_seed: "decode(repeat('07', 32), 'hex')",
};

/** A row of every table for an organization; each value says whose it is as far as its type lets it. */
export async function plantRows(
  owner: NeonQueryFunction<false, false>,
  tables: readonly string[],
  organization: string,
): Promise<void> {
  const failures = new Map<string, unknown>();
  let waiting = [...tables];
  // A row that points at another comes after it: what fails is tried again while others succeed.
  for (let before = Number.POSITIVE_INFINITY; waiting.length < before; ) {
    before = waiting.length;
    const left: string[] = [];
    for (const table of waiting) {
      try {
        await owner.query(await insertOf(owner, table, organization));
      } catch (error) {
        failures.set(table, error);
        left.push(table);
      }
    }
    waiting = left;
  }
  const [table] = waiting;
  if (table !== undefined)
    throw new Error(`No row for ${table}; does drizzle/testRows.ts know its columns? ${failures.get(table)}`);
}

async function insertOf(
  owner: NeonQueryFunction<false, false>,
  table: string,
  organization: string,
): Promise<string> {
  const rows = await owner`select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and (attnotnull or attname = ANY(${OPTIONAL}))`;
  const columns = rows.map((row) => columnSchema.parse(row));
  const values = columns.map((column) => BY_NAME[column.name] ?? literalOf(column, organization));
  return `insert into ${table} (${columns.map(({ name }) => `"${name}"`).join(", ")}) values (${values.join(", ")})`;
}

/** Columns that may be empty, of which one of a group must not be. */
const OPTIONAL = ["payload", "inference_id"];

function literalOf({ name, type }: Column, organization: string): string {
  const vector = /^vector\((\d+)\)$/.exec(type);
  if (vector !== null) return `(select array_agg(1)::vector from generate_series(1, ${vector[1]}))`;
  if (type.endsWith("[]")) return "'{}'";
  // One id for all: rows of an organization find what they point at.
  if (type === "uuid") return `'${organization}'`;
  if (type === "text") return name === "key_id" ? `'${organization.slice(-8)}'` : `'${organization}'`;
  if (type === "jsonb") return `'{"of": "${organization}"}'`;
  if (type === "bytea") return `convert_to('${organization}', 'UTF8')`;
  if (type === "boolean") return "true";
  if (type.startsWith("timestamp") || type === "date") return "now()";
  if (type.startsWith("bit")) return `1::${type}`;
  return "1";
}
