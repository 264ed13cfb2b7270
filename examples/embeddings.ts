/**
 * Finds the tasks that are worded most like yours, with the official `openai` client. Run it with Node 24 against a
 * running stack (`npm start`):
 *
 *   HEADGATE_KEY=hg_… node examples/embeddings.ts ["pick up the red cube"]
 *
 * HEADGATE_URL is http://127.0.0.1:8787 when unset.
 */
import OpenAI, { APIError } from "openai";

const { HEADGATE_URL: url = "http://127.0.0.1:8787", HEADGATE_KEY: apiKey } = process.env;
const [query = "pick up the red cube"] = process.argv.slice(2);
const TASKS = ["pick up the red block", "open the top drawer", "wipe the table with the sponge"];

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, timeout: 10_000 });

/** Vectors have length one: their product is the cosine of the angle between them. */
const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

try {
  // The client asks for base64, and decodes it.
  const { data, usage } = await client.embeddings.create({ model: "lexical-384", input: [query, ...TASKS] });
  const [own = [], ...others] = data.map(({ embedding }) => embedding);
  const ranked = others
    .map((vector, index) => ({ task: TASKS[index], similarity: cosine(own, vector) }))
    .sort((a, b) => b.similarity - a.similarity);
  for (const { task, similarity } of ranked) console.log(similarity.toFixed(3), task);
  console.log(`${usage.total_tokens} tokens`);
} catch (error) {
  if (!(error instanceof APIError)) throw error;
  console.error(`${error.status} ${error.code}: ${error.message}`);
  process.exit(1);
}
