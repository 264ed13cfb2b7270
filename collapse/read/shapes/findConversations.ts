import type { Database } from "../database.ts";
import { quotedName, quotedText } from "../database.ts";
import type { ColumnPreset, TableColumn } from "../table.ts";
import { messagesSql, type TurnFields } from "./messageSql.ts";
import type { View } from "./view.ts";

/** Fields of a list of turns, as the formats of fine-tuning have them. */
const LISTS: readonly (readonly [string, TurnFields])[] = [
  ["messages", { speaker: "role", content: "content" }],
  ["conversations", { speaker: "from", content: "value" }],
];
/** What formats call the model's own turns. */
const MODELS = ["assistant", "gpt", "model", "chatgpt", "bot"];

/**
 * Rows that are conversations (`messages` of OpenAI, `conversations` of ShareGPT), as one row per turn of the model:
 * its text is `response`, what was said before it `prompt`, and the rows of one conversation share `conversation_id`.
 * Null where the table holds none.
 */
export async function findConversations(
  database: Database,
  relation: string,
  columns: readonly TableColumn[],
): Promise<View | null> {
  for (const [name, fields] of LISTS) {
    const column = columns.find((it) => it.name === name);
    if (column === undefined) continue;
    const messages = await messagesSql(database, relation, column, fields);
    if (messages === null) continue;
    const others = columns.filter((it) => it !== column).map((it) => it.name);
    return {
      over: (rows) => turnsSql(rows, messages, others),
      presets: presetsOf(name, others.includes("conversation_id")),
      notes: [
        `Read as conversations: each turn of the model in \`${name}\` is one row, its text is \`response\`.`,
      ],
    };
  }
  return null;
}

interface Messages {
  /** A list of structs with `speaker` and `content`. */
  readonly list: string;
}

function turnsSql(relation: string, { list }: Messages, others: readonly string[]): string {
  const speakers = MODELS.map(quotedText).join(", ");
  const isNumbered = !others.includes("conversation_id");
  const id = isNumbered ? ", 'c' || (row_number() OVER () - 1) AS conversation_id" : "";
  const numbered = `(SELECT *${id} FROM ${relation})`;
  const listed = `(SELECT *, ${list} AS turns_ FROM ${numbered})`;
  const isModels = `lambda place_: lower(turns_[place_].speaker) IN (${speakers})`;
  const turns = `(SELECT *, unnest(list_filter(range(1, len(turns_) + 1), ${isModels})) AS turn_ FROM ${listed})`;
  const kept = [...(isNumbered ? ["conversation_id"] : []), ...others].map(quotedName);
  const said = "lambda one_: concat(one_.speaker, ': ', one_.content)";
  const before = `array_to_string(list_transform(turns_[1:turn_ - 1], ${said}), chr(10))`;
  const columns = [...kept, `${before} AS prompt`, "turns_[turn_].content AS response"];
  return `(SELECT ${columns.join(", ")} FROM ${turns} WHERE turns_[turn_].content <> '')`;
}

const presetsOf = (name: string, hasId: boolean): ReadonlyMap<string, ColumnPreset> =>
  new Map<string, ColumnPreset>([
    [
      "conversation_id",
      {
        role: "group",
        because: hasId
          ? "it groups the turns of a conversation"
          : `the turns of one row of \`${name}\` belong together`,
        isText: false,
      },
    ],
    ["prompt", { role: "ignore", because: `context: what \`${name}\` hold before the turn`, isText: true }],
    ["response", { role: "feature", because: `the model's turns in \`${name}\``, isText: true }],
  ]);
