import { type Database, quotedName } from "../database.ts";
import type { TableColumn } from "../table.ts";

/** How a format names who speaks, and what is said. */
export interface TurnFields {
  readonly speaker: string;
  readonly content: string;
}

/**
 * A list of turns as SQL: `STRUCT(speaker VARCHAR, content VARCHAR)[]`; null where the column is none. Content in parts
 * (`[{"type": "text", "text": …}]`) is the text of its parts.
 */
export async function messagesSql(
  database: Database,
  relation: string,
  { name, sqlType }: TableColumn,
  fields: TurnFields,
): Promise<{ readonly list: string } | null> {
  const column = quotedName(name);
  const speaker = quotedName(fields.speaker);
  const content = quotedName(fields.content);
  const isMixed = sqlType === "JSON" || sqlType === "JSON[]";
  if (!isMixed && !/^STRUCT\(.*\)\[\]$/s.test(sqlType)) return null;
  const list = isMixed
    ? `from_json(to_json(${column}), '[{${JSON.stringify(fields.speaker)}: "VARCHAR", ${JSON.stringify(fields.content)}: "JSON"}]')`
    : column;
  const types = await typesOf(
    database,
    `SELECT one.${speaker} AS speaker, one.${content} AS content FROM (SELECT ${list}[1] AS one FROM ${relation} LIMIT 1)`,
  );
  if (types === null || types.speaker !== "VARCHAR") return null;
  const text = types.content === "VARCHAR" ? `one.${content}` : contentSql(`to_json(one.${content})`);
  return {
    list: `list_transform(${list}, lambda one: {'speaker': one.${speaker}, 'content': ${text}})`,
  };
}

/** The text of a content that is JSON: a string, or a list of parts with text in them. */
const contentSql = (json: string): string =>
  `CASE json_type(${json}) WHEN 'VARCHAR' THEN ${json} ->> '$' WHEN 'ARRAY' THEN array_to_string(json_extract_string(${json}, '$[*].text'), chr(10)) END`;

/** The types of the columns of a query; null where it asks for a field that is not there. */
async function typesOf(database: Database, sql: string): Promise<Readonly<Record<string, string>> | null> {
  try {
    const described = await database.rows(`DESCRIBE ${sql}`);
    return Object.fromEntries(described.map((row) => [String(row.column_name), String(row.column_type)]));
  } catch (error) {
    if (error instanceof Error && /^Binder Error/.test(error.message)) return null;
    throw error;
  }
}
