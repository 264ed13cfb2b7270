import { type Database, quotedName } from "../database.ts";
import type { ColumnPreset, TableColumn } from "../table.ts";
import { messagesSql } from "./messageSql.ts";
import type { View } from "./view.ts";

/** Fields of a row that is one answer: what is judged, and what comes before it. */
interface AnswerShape {
  readonly answer: string;
  /** The first must be there; so must `beside`. */
  readonly context: readonly string[];
  readonly beside?: string;
}

const SHAPES: readonly AnswerShape[] = [
  { answer: "chosen", context: ["prompt"], beside: "rejected" },
  { answer: "output", context: ["instruction", "input"], beside: "instruction" },
  { answer: "completion", context: ["prompt"], beside: "prompt" },
];

/**
 * Rows that are one answer each (`chosen`/`rejected`, `instruction`/`input`/`output`, `prompt`/`completion`), the
 * answer as `response` and what comes before it as `prompt`. A field may also be a list of messages: its last one is
 * the answer. Null where the table holds none.
 */
export async function findAnswers(
  database: Database,
  relation: string,
  columns: readonly TableColumn[],
): Promise<View | null> {
  for (const shape of SHAPES) {
    const has = (name: string): boolean => columns.some((column) => column.name === name);
    if (!has(shape.answer) || (shape.beside !== undefined && !has(shape.beside))) continue;
    const answer = await textSql(database, relation, columns, shape.answer, "last");
    const context = shape.context.filter(has);
    const contexts = await Promise.all(
      context.map((name) => textSql(database, relation, columns, name, "all")),
    );
    if (answer === null || contexts.includes(null)) continue;
    const taken = new Set([shape.answer, ...context, "prompt", "response"]);
    const others = columns.map(({ name }) => name).filter((name) => !taken.has(name));
    const prompt = contexts.length === 0 ? [] : [`concat_ws(chr(10), ${contexts.join(", ")}) AS prompt`];
    const selected = [...others.map(quotedName), ...prompt, `${answer} AS response`].join(", ");
    return {
      over: (rows) => `(SELECT ${selected} FROM ${rows})`,
      presets: presetsOf(shape, context),
      notes: [`Read as answers: \`${shape.answer}\` is \`response\`, and is what is judged.`],
    };
  }
  return null;
}

async function textSql(
  database: Database,
  relation: string,
  columns: readonly TableColumn[],
  name: string,
  which: "last" | "all",
): Promise<string | null> {
  const column = columns.find((it) => it.name === name);
  if (column === undefined) return null;
  if (column.sqlType === "VARCHAR") return quotedName(name);
  const messages = await messagesSql(database, relation, column, { speaker: "role", content: "content" });
  if (messages === null) return null;
  return which === "last"
    ? `(${messages.list})[-1].content`
    : `array_to_string(list_transform(${messages.list}, lambda one: one.content), chr(10))`;
}

function presetsOf(shape: AnswerShape, context: readonly string[]): ReadonlyMap<string, ColumnPreset> {
  const presets = new Map<string, ColumnPreset>([
    ["response", { role: "feature", because: `the model's answers, \`${shape.answer}\``, isText: true }],
  ]);
  const names = context.map((name) => `\`${name}\``).join(" and ");
  presets.set("prompt", { role: "ignore", because: `context: ${names}`, isText: true });
  if (shape.beside === "rejected")
    presets.set("rejected", { role: "ignore", because: "what `chosen` was preferred to", isText: true });
  return presets;
}
