import { describe, expect, it } from "vitest";
import { planColumns } from "../planColumns.ts";
import { openForTest, successIn, testFolder, testOptions, writeBySql } from "../testFiles.ts";
import { blocksOf } from "../testPlan.ts";

const lines = (rows: readonly unknown[]): string => `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;

/** The rows of a file as the columns say them; of text what blocks hold of it. */
async function rowsOf(content: string, name = "a.jsonl") {
  const table = await openForTest(testFolder().write(name, content));
  const names = table.columns.map((column) => column.name).join(", ");
  return table.source.database.rows(`SELECT ${names} FROM ${table.source.relation}`);
}

const CHATS = [
  {
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "One?" },
      { role: "assistant", content: "1" },
      { role: "user", content: "Two?" },
      { role: "assistant", content: "2" },
    ],
    source: "a",
  },
  { messages: [{ role: "user", content: "Nobody?" }], source: "b" },
  { messages: [{ role: "assistant", content: "3" }], source: "c" },
];
const TURNS = [
  { conversation_id: "c0", prompt: "system: Be brief.\nuser: One?", response: "1", source: "a" },
  {
    conversation_id: "c0",
    prompt: "system: Be brief.\nuser: One?\nassistant: 1\nuser: Two?",
    response: "2",
    source: "a",
  },
  { conversation_id: "c2", prompt: "", response: "3", source: "c" },
];

describe("a conversation is one row per turn of the model", () => {
  it("in messages of OpenAI", async () => {
    expect(await rowsOf(lines(CHATS))).toEqual(TURNS);
  });

  it("in conversations of ShareGPT, whatever the model is called", async () => {
    const from: Readonly<Record<string, string>> = { assistant: "gpt", user: "user", system: "system" };
    const chats = CHATS.map(({ messages, source }) => ({
      conversations: messages.map(({ role, content }) => ({ from: from[role], value: content })),
      source,
    }));
    const said = TURNS.map((turn) => ({ ...turn, prompt: turn.prompt.replace("assistant:", "gpt:") }));
    expect(await rowsOf(lines(chats))).toEqual(said);
  });

  it("where contents are lists of parts, or nothing because a tool was called", async () => {
    const parts = [
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ];
    const chats = [
      { messages: [{ role: "assistant", content: null, tool_calls: [{ id: "x" }] }] },
      {
        messages: [
          { role: "user", content: parts },
          { role: "assistant", content: "plain" },
        ],
      },
      { messages: [{ role: "assistant", content: parts }] },
    ];
    expect(await rowsOf(lines(chats))).toEqual([
      { conversation_id: "c1", prompt: "user: one\ntwo", response: "plain" },
      { conversation_id: "c2", prompt: "", response: "one\ntwo" },
    ]);
  });

  it("in Parquet, in the order of the rows, and by the file's own names of conversations", async () => {
    const file = testFolder().path("a.parquet");
    await writeBySql(
      `COPY (SELECT 'own ' || (range // 2) AS conversation_id, [{'role': 'user', 'content': 'u'}, {'role': 'assistant', 'content': 'a' || range}] AS messages FROM range(20000)) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
    );
    const table = await openForTest(file);
    const plan = successIn(await planColumns(table, testOptions()));
    expect(plan.group).toBe("conversation_id");
    const blocks = await blocksOf(table, { ...plan, reads: { text: true } });
    const at = plan.columns.findIndex(({ name }) => name === "response");
    const responses = blocks.flatMap(({ columns }) => [...(columns[at] ?? [])]);
    const groups = blocks.flatMap((block) => block.groups ?? []);
    expect(responses.findIndex((response, row) => response !== `a${row}`)).toBe(-1);
    expect(groups.findIndex((group, row) => group !== `own ${Math.floor(row / 2)}`)).toBe(-1);
    expect(responses).toHaveLength(20_000);
  });
});

describe("an answer is one row", () => {
  it.each([
    ["prompt and completion", { prompt: "p", completion: "r" }, { prompt: "p", response: "r" }],
    [
      "instruction, input and output",
      { instruction: "do", input: "this", output: "r" },
      { prompt: "do\nthis", response: "r" },
    ],
    ["instruction and output", { instruction: "do", output: "r" }, { prompt: "do", response: "r" }],
    ["chosen and rejected", { chosen: "r", rejected: "no" }, { rejected: "no", response: "r" }],
    [
      "chosen and rejected messages",
      {
        prompt: "p",
        chosen: [
          { role: "user", content: "p" },
          { role: "assistant", content: "r" },
        ],
        rejected: [{ role: "assistant", content: "no" }],
      },
      { prompt: "p", response: "r" },
    ],
  ])("of %s", async (_, row, expected) => {
    const [first] = await rowsOf(lines([row, row]));
    expect(first).toMatchObject(expected);
  });

  it("and no table of numbers is one", async () => {
    const rows = await rowsOf(
      lines([
        { instruction: 1, output: 2 },
        { instruction: 3, output: 4 },
      ]),
    );
    expect(Object.keys(rows[0] ?? {})).toEqual(["instruction", "output"]);
  });
});

it("says in the plan what is judged and what is context", async () => {
  const chats = Array.from({ length: 400 }, (_, at) => ({
    messages: [
      { role: "user", content: `question ${at}` },
      { role: "assistant", content: `one word-${at}` },
      { role: "user", content: "more" },
      { role: "assistant", content: `another-${at}` },
    ],
  }));
  const table = await openForTest(testFolder().write("a.jsonl", lines(chats)));
  const { columns, group } = successIn(await planColumns(table, testOptions()));
  expect(group).toBe("conversation_id");
  expect(columns.map(({ name, kind, role }) => [name, kind, role])).toEqual([
    ["conversation_id", "id", "group"],
    ["prompt", "text", "ignore"],
    ["response", "text", "feature"],
  ]);
  expect(columns[2]?.because).toBe("the model's turns in `messages`");
  expect(table.notes.join(" ")).toContain("Read as conversations");
});

it("reads a text file as a document per line, and leaves empty lines out", async () => {
  const text = 'First, a line.\n\n  \n"Second, it said.\r\nThird; with\ttabs, and | signs\n';
  expect(await rowsOf(text, "a.txt")).toEqual([
    { text: "First, a line." },
    { text: '"Second, it said.' },
    { text: "Third; with\ttabs, and | signs" },
  ]);
});

it("reads a text file that holds a table as one", async () => {
  expect(await rowsOf("a\tb\n1\t2\n3\t4\n", "a.txt")).toEqual([
    { a: 1n, b: 2n },
    { a: 3n, b: 4n },
  ]);
});

describe("lists of numbers", () => {
  it("of one length below 16 are a column of each number", async () => {
    const table = await openForTest(
      testFolder().write("a.jsonl", lines([{ pose: [1.5, 2], n: 7 }, { pose: null }, { pose: [3, 4] }])),
    );
    expect(await table.source.database.rows(`FROM ${table.source.relation}`)).toEqual([
      { "pose[0]": 1.5, "pose[1]": 2, n: 7n },
      { "pose[0]": null, "pose[1]": null, n: null },
      { "pose[0]": 3, "pose[1]": 4, n: null },
    ]);
  });

  it("of different lengths below 16 are refused, and said to be", async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({ n: at, list: at < 19 ? [1, 2] : [1] }));
    const table = await openForTest(testFolder().write("a.jsonl", lines(rows)));
    const { columns } = successIn(await planColumns(table, testOptions()));
    expect(columns[1]).toMatchObject({
      role: "ignore",
      because: "not read: lists of different lengths, the shortest of 1",
    });
  });

  it("of 16 and more are vectors, read where the plan reads them", async () => {
    const list = (at: number): number[] => Array.from({ length: 17 }, (_, item) => at + item / 100);
    const rows = [
      { v: list(1) },
      { v: null },
      { v: [...list(2), 9] },
      { v: [1, 2] },
      { v: [...list(3).slice(1), null] },
    ];
    const folder = testFolder();
    const table = await openForTest(folder.write("a.jsonl", lines(rows)));
    const plan = {
      columns: [{ name: "v", kind: "vector", role: "feature", because: "a test", width: 17 }],
      group: null,
    } as const;
    const [unread] = await blocksOf(table, plan);
    expect(unread).not.toHaveProperty("vectors");
    const [block] = await blocksOf(table, { ...plan, reads: { vectors: true } });
    const nothing = Array.from({ length: 17 }, () => Number.NaN);
    expect([...(block?.vectors?.[0]?.values ?? [])]).toEqual([
      ...list(1),
      ...nothing,
      ...list(2),
      ...nothing,
      ...nothing,
    ]);
  });
});
