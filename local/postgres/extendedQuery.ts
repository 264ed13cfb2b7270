import { messages, protocol } from "@electric-sql/pglite";
import type { Statement, StatementResult } from "./backend.ts";

const { serialize } = protocol;

/** Statements as one pipeline of the extended protocol, which Postgres skips to the end of at an error. */
export function encodeStatements(statements: readonly Statement[]): Uint8Array {
  const parts = statements.flatMap(({ query, params }) => [
    serialize.parse({ text: query }),
    serialize.bind({ values: [...params] }),
    serialize.describe({ type: "P" }),
    serialize.execute({}),
  ]);
  return Buffer.concat([...parts, serialize.sync()]);
}

/** The results in an answer to such a pipeline, one per statement. Throws the error it holds. */
export function decodeResults(answer: Uint8Array): StatementResult[] {
  const results: StatementResult[] = [];
  let fields: StatementResult["fields"] = [];
  let rows: (string | null)[][] = [];
  const finish = (tag: string) => {
    results.push({ fields, rows, ...readTag(tag) });
    fields = [];
    rows = [];
  };
  for (const message of parseAnswer(answer)) {
    if (message instanceof messages.DatabaseError && message.name === "error") throw message;
    if (message instanceof messages.RowDescriptionMessage)
      fields = message.fields.map((field) => ({ ...field, format: "text" as const }));
    else if (message instanceof messages.DataRowMessage) rows.push(message.fields);
    else if (message instanceof messages.CommandCompleteMessage) finish(message.text);
    else if (message.name === "emptyQuery") finish("");
  }
  return results;
}

/** The first error in an answer, or null. */
export const firstError = (answer: Uint8Array): messages.DatabaseError | null =>
  parseAnswer(answer).find((message) => message instanceof messages.DatabaseError) ?? null;

function parseAnswer(answer: Uint8Array): messages.BackendMessage[] {
  const parsed: messages.BackendMessage[] = [];
  new protocol.Parser().parse(Buffer.from(answer), (message) => parsed.push(message));
  return parsed;
}

/** `INSERT 0 5` → INSERT and 5; `BEGIN` → BEGIN and no count. */
function readTag(tag: string): { command: string; rowCount: number | null } {
  const words = tag.split(" ");
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return { command: words[0] ?? "", rowCount: /^\d+$/.test(last) ? Number(last) : null };
}
