import { sql } from "drizzle-orm";
import { z } from "zod";
import { connectDatabase } from "../../drizzle/connect.ts";
import { unwrap } from "../../drizzle/testKit.ts";
import { readConfiguration } from "../../functions/contracts/configuration.ts";
import { type Distance, searchAnswerSchema } from "../../functions/keep/search/schema.ts";
import { createSearchMemory } from "../../functions/keep/search/searchPorts.ts";
import { searchRecords } from "../../functions/keep/search/searchRecords.ts";
import { openInferenceRunner } from "../../workers/ports/openInferenceRunner.ts";
import { type Cell, foundNeighbor, openCell } from "../support/cell.ts";
import { instructions } from "../support/instructions.ts";
import { farthestOfNearest, recallOf } from "../support/searchable.ts";
import { circumstances, table, writeSection } from "./results.ts";
import {
  BARE_ROWS,
  dropIndex,
  embedTexts,
  INDEXED_ROWS,
  NO_METER,
  patiently,
  rebuildIndex,
  SYSTEM_CLOCK,
  storeTexts,
  type Told,
} from "./searchCorpus.ts";

const TEXTS = 100_000;
/** What the second organization owns: one in a hundred. */
const NEIGHBOR_TEXTS = 1000;
const QUERIES = 200;
/** Searches before those that count: the first ones read the pages of the index, which then stay in memory. */
const WARM_UP = 1000;
const LIMIT = 10;
const RECALL_MIN = 0.95;
const P50_MAX_MS = 10;

interface Owner {
  readonly name: string;
  readonly id: string;
  readonly key: string;
  readonly told: readonly Told[];
}

interface Times {
  readonly p50: number;
  readonly p99: number;
}

interface SearchResult {
  readonly owner: string;
  readonly built: string;
  readonly distance: Distance;
  readonly index: string;
  readonly recall: number;
  readonly database: Times;
  readonly byVector: Times;
  readonly byText: Times;
}

const idSchema = z.object({ id: z.string() });

function timesOf(durationsMs: readonly number[]): Times {
  const sorted = durationsMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function timed<Value>(durationsMs: number[], work: () => Promise<Value>): Promise<Value> {
  const startedMs = performance.now();
  const value = await patiently(work);
  durationsMs.push(performance.now() - startedMs);
  return value;
}

/** The first calls: cold, and not counted. */
const unmeasured: typeof timed = (_, work) => patiently(work);

/** Asks the running edge, over a connection that stays open. */
async function post({ stack }: Cell, key: string, body: object) {
  const response = await fetch(`${stack.url}/v1/search`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return searchAnswerSchema.parse(await response.json());
}

/** One organization's searches: their recall against a comparison with each of its vectors, and their times. */
async function measure(
  cell: Cell,
  owner: Owner,
  built: string,
  distance: Distance,
  queries: readonly Told[],
): Promise<SearchResult> {
  const inProcess = searcherOf(cell, owner, distance);
  const times = { database: [], byVector: [], byText: [] } satisfies Record<string, number[]>;
  const vectors = owner.told.map(({ vector }) => vector);
  // Before the searches: a comparison with all of them between two would take the processor's caches from the second.
  const farthest = queries.map(({ vector }, asked) =>
    asked < WARM_UP ? Number.NaN : farthestOfNearest(vector, vectors, LIMIT, distance),
  );
  let recall = 0;
  let index = "";
  for (const [asked, { vector }] of queries.entries()) {
    const run = asked < WARM_UP ? unmeasured : timed;
    const answer = await run(times.database, () => inProcess({ vector: [...vector], limit: LIMIT }));
    if (asked >= WARM_UP) recall += recallOf(answer.hits, farthest[asked] ?? Number.NaN, LIMIT);
    index = answer.index;
  }
  const warm = queries.slice(WARM_UP);
  for (const { vector } of warm)
    await timed(times.byVector, () => post(cell, owner.key, { vector: [...vector], distance, limit: LIMIT }));
  for (const { text } of warm) {
    // A text that was not asked before, in this distance or another: its vector is not remembered.
    const fresh = { text: `${text} ${built} ${distance}`, distance, limit: LIMIT };
    await timed(times.byText, () => post(cell, owner.key, fresh));
  }
  return {
    owner: owner.name,
    built,
    distance,
    index,
    recall: recall / QUERIES,
    database: timesOf(times.database),
    byVector: timesOf(times.byVector),
    byText: timesOf(times.byText),
  };
}

/** The operation as the route calls it, over the same Database port, without the edge round it. */
function searcherOf({ stack }: Cell, { id }: Owner, distance: Distance) {
  const configuration = readConfiguration(stack.bindings);
  const ports = {
    clock: SYSTEM_CLOCK,
    meter: NO_METER,
    configuration,
    database: connectDatabase({
      url: configuration.DATABASE_URL,
      httpUrl: configuration.DATABASE_HTTP_URL,
      timeoutMs: configuration.DATABASE_TIMEOUT_MS,
      meter: NO_METER,
    }),
    runner: openInferenceRunner({ origins: [stack.runnerUrl], clock: SYSTEM_CLOCK, meter: NO_METER }),
    searchMemory: createSearchMemory(),
  };
  return async (query: { vector: number[]; limit: number }) =>
    unwrap(
      await searchRecords({ ...query, distance, filter: {} }, { organizationId: id, traceparent: "" }, ports),
    );
}

async function fill(cell: Cell, report: (line: string) => void) {
  const told = instructions(1);
  const next = (count: number) => Array.from({ length: count }, () => told.next().value);
  const [demo] = await cell.asOwner(sql`select id from organizations where slug = 'demo'`);
  const neighbor = await foundNeighbor(cell);
  const queries = await embedTexts(cell, next(QUERIES + WARM_UP));
  const all: Owner = {
    name: "all of 100,000",
    id: idSchema.parse(demo).id,
    key: cell.stack.key,
    told: await embedTexts(cell, next(TEXTS)),
  };
  const few: Owner = {
    name: "1,000 beside them",
    id: neighbor.id,
    key: neighbor.key,
    told: await embedTexts(cell, next(NEIGHBOR_TEXTS)),
  };
  report(`${TEXTS + NEIGHBOR_TEXTS} texts are embedded`);
  await dropIndex(cell);
  await storeTexts(cell, all.id, all.told, BARE_ROWS);
  report("the vectors are stored");
  return { queries, all, few };
}

const DISTANCES = ["cosine", "euclidean"] as const;

/** Measures searches over 100,000 texts, through HNSW and IVFFlat, for two organizations. */
async function soakSearch(report: (line: string) => void) {
  const cell = await openCell();
  const results: SearchResult[] = [];
  const seconds: Record<string, number> = {};
  const run = async (owner: Owner, built: string, queries: readonly Told[]) => {
    for (const distance of DISTANCES) {
      const result = await measure(cell, owner, built, distance, queries);
      results.push(result);
      report(JSON.stringify(result));
    }
  };
  try {
    const { queries, all, few } = await fill(cell, report);
    seconds.hnsw = await rebuildIndex(cell, "hnsw");
    report(`HNSW is built in ${seconds.hnsw} s`);
    await patiently(() => cell.asOwner(sql`select analyze_changed_tables()`));
    await run(all, "HNSW", queries);
    await storeTexts(cell, few.id, few.told, INDEXED_ROWS);
    await run(few, "HNSW", queries);
    seconds.ivfflat = await rebuildIndex(cell, "ivfflat");
    report(`IVFFlat is built in ${seconds.ivfflat} s`);
    await run(all, "IVFFlat", queries);
  } finally {
    await cell.close();
  }
  return { results, seconds };
}

const milliseconds = ({ p50, p99 }: Times): string => `${p50.toFixed(1)} / ${p99.toFixed(1)}`;

const holds = ({ recall, database, built }: SearchResult): boolean =>
  recall >= RECALL_MIN && (built !== "HNSW" || database.p50 < P50_MAX_MS);

/** Fills a cell with 100,000 texts, and says how many of the nearest are found, and how fast. */
export async function proveSearch(report: (line: string) => void): Promise<boolean> {
  const { results, seconds } = await soakSearch(report);
  const columns = table<SearchResult>(
    [
      ["organization owns", ({ owner }) => owner],
      ["built", ({ built }) => built],
      ["distance", ({ distance }) => distance],
      ["answered by", ({ index }) => index],
      ["recall@10", ({ recall }) => recall.toFixed(3)],
      ["search, ms", ({ database }) => milliseconds(database)],
      ["`POST` by vector, ms", ({ byVector }) => milliseconds(byVector)],
      ["`POST` by text, ms", ({ byText }) => milliseconds(byText)],
    ],
    results,
  );
  writeSection(
    "search over 100,000 texts",
    `${circumstances("npm run soak -- search")}

The texts are distinct instructions to robots (\`tests/support/instructions.ts\`), embedded by the cell's own runner (lexical-384) and stored in its embedded Postgres, a record each; the ${QUERIES} queries are instructions that are not stored. Recall is against a comparison with every vector of the organization. Times are p50 / p99 of one caller, after ${WARM_UP} searches of the same kind that do not count: *search* is the operation over the Database port and the Neon HTTP endpoint, consent and record included; \`POST\` is \`/v1/search\` through workerd, and by text with the runner's embedding, none of them remembered. The build of the index took ${seconds.hnsw} s as HNSW, ${seconds.ivfflat} s as IVFFlat; the 1,000 were added to the HNSW index as it stood.

${columns}`,
  );
  return results.every(holds);
}
