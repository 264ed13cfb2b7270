import { sql } from "drizzle-orm";
import { rebuildVectorIndex, type VectorIndexKind } from "../../drizzle/migrate.ts";
import { unwrap } from "../../drizzle/testKit.ts";
import type { Meter } from "../../functions/contracts/metrics.ts";
import type { Clock } from "../../functions/contracts/ports.ts";
import { utf8 } from "../../functions/contracts/utf8.ts";
import { embed } from "../../functions/embed/embed.ts";
import { normalizeText, textHash } from "../../functions/embed/normalizeText.ts";
import { openInferenceRunner } from "../../workers/ports/openInferenceRunner.ts";
import { type Cell, ownerUrlOf } from "../support/cell.ts";
import { recordAt, storeSearchables } from "../support/searchable.ts";

const TEXTS_PER_CALL = 32;
/** Vectors that one statement takes within its deadline: many into a bare table, few into an index. */
export const BARE_ROWS = 500;
export const INDEXED_ROWS = 50;
const EMBED_TIMEOUT_MS = 30_000;
const TRACEPARENT = `00-${"1".repeat(32)}-${"2".repeat(16)}-00`;

export const NO_METER: Meter = { count: () => undefined, observe: () => undefined, set: () => undefined };
export const SYSTEM_CLOCK: Clock = {
  now: Date.now,
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
};

/** A text and its vector. */
export interface Told {
  readonly text: string;
  readonly vector: Float32Array;
}

/** Texts with the vectors that the cell's own runner makes of them. */
export async function embedTexts({ stack }: Cell, texts: readonly string[]): Promise<Told[]> {
  const runner = openInferenceRunner({ origins: [stack.runnerUrl], clock: SYSTEM_CLOCK, meter: NO_METER });
  const embedder = { kind: "text", model: "lexical-384" } as const;
  const told: Told[] = [];
  for (let start = 0; start < texts.length; start += TEXTS_PER_CALL) {
    const chunk = texts.slice(start, start + TEXTS_PER_CALL);
    const items = chunk.map((text) => utf8(normalizeText(text)));
    const vectors = unwrap(await embed(embedder, items, runner, Date.now() + EMBED_TIMEOUT_MS, TRACEPARENT));
    told.push(...chunk.map((text, index) => ({ text, vector: vectors[index] ?? new Float32Array() })));
  }
  return told;
}

let stored = 0;

/** Stores texts as records of an organization, a record each. */
export async function storeTexts(
  { asOwner }: Cell,
  organizationId: string,
  told: readonly Told[],
  rowsPerStatement: number,
): Promise<void> {
  const startMs = Date.now() - 3_600_000;
  for (let start = 0; start < told.length; start += rowsPerStatement) {
    const rows = await Promise.all(
      told.slice(start, start + rowsPerStatement).map(async ({ text, vector }) => {
        stored += 1;
        return {
          ...recordAt(startMs + stored, stored),
          textHash: await textHash(normalizeText(text)),
          vector,
        };
      }),
    );
    await asOwner(storeSearchables(organizationId, rows));
  }
}

/** Lets the vectors come in without their index: one that grows row by row takes ten times as long. */
export async function dropIndex({ asOwner }: Cell): Promise<void> {
  await asOwner(sql`drop index embeddings_text_cosine`);
  // What the rebuild takes away again.
  await asOwner(sql`create index embeddings_text_cosine on embeddings_text (created_at)`);
}

/** Repeats what fails while the database works off what queued up before it, as a client does that is told 503. */
export async function patiently<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 480) throw error;
      await SYSTEM_CLOCK.sleep(250);
    }
  }
}

/** What `npm run migrate -- --vector-index` does; answers the seconds that it took. */
export async function rebuildIndex({ stack }: Cell, kind: VectorIndexKind): Promise<number> {
  const startedMs = performance.now();
  const { port } = new URL(stack.bindings.DATABASE_HTTP_URL ?? "");
  const owner = ownerUrlOf(stack.dataDir, stack.bindings);
  await rebuildVectorIndex(owner, kind, { webSocketProxy: `127.0.0.1:${port}/v2` });
  return Math.round((performance.now() - startedMs) / 1000);
}
