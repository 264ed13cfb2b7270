import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { connectDatabase } from "../../drizzle/connect.ts";
import type { Row } from "../../functions/contracts/ports.ts";
import { EDGE_SETTINGS_VARIABLE, type EdgeSettings } from "../../local/edge/settings.ts";
import { migratedFolder } from "../../local/postgres/testMigrated.ts";
import { seedKeys, seedOrganization } from "../../local/seed.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { type Part, startPart } from "../../local/supervise/part.ts";
import { freePort } from "../../local/supervise/ports.ts";
import { STACK_VARIABLE } from "../../local/supervise/processes.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const QUERY_TIMEOUT_MS = 10_000;

/** A whole stack over a folder of its own, for the tests of one file. */
export interface Cell {
  readonly stack: Stack;
  /** Everything that its parts wrote, line by line. */
  readonly lines: readonly string[];
  /** Runs one statement as the database's owner, whom no wall binds. */
  asOwner(statement: SQL): Promise<Row[]>;
  /** Starts another edge with the same Redis and Postgres, and an outbox of its own. */
  addEdge(changes?: Readonly<Record<string, string>>): Promise<Edge>;
  /** Ends all of it and removes the folder. */
  close(): Promise<void>;
}

/** An edge beside the stack's own: another isolate, another port. */
export interface Edge {
  readonly url: string;
  readonly part: Part;
}

/** A Redis that is slow because others use the cores is not away: tests that share them give it time. */
export const PATIENT_SETTINGS: Readonly<Record<string, string>> = { REDIS_TIMEOUT_MS: "5000" };

/** A cell for a test that shares the cores with another. */
export const openPatientCell = (overrides: Readonly<Record<string, string>> = {}): Promise<Cell> =>
  openCell({ ...PATIENT_SETTINGS, ...overrides });

/** Starts a cell. `overrides` are settings of the Worker, of the runner and of `npm start`. */
export async function openCell(overrides: Readonly<Record<string, string>> = {}): Promise<Cell> {
  const dataDir = mkdtempSync(join(tmpdir(), "headgate-cell-"));
  cpSync(await migratedFolder(), join(dataDir, "postgres"), { recursive: true });
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const stack = await startStack({ dataDir, onLine, overrides });
  const edges: Part[] = [];
  return {
    stack,
    lines,
    asOwner: ownerOf(dataDir, stack.bindings),
    async addEdge(changes = {}) {
      const port = await freePort();
      const name = `edge-${edges.length + 2}`;
      const part = startEdge(stack, port, name, { ...stack.bindings, ...changes }, onLine);
      edges.push(part);
      await part.ready();
      return { url: `http://127.0.0.1:${port}`, part };
    },
    async close() {
      await Promise.all(edges.map((edge) => edge.stop()));
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function startEdge(
  { dataDir }: Stack,
  port: number,
  name: string,
  bindings: EdgeSettings["bindings"],
  onLine: (line: string) => void,
): Part {
  const settings: EdgeSettings = {
    root: ROOT,
    configPath: join(ROOT, "wrangler.toml"),
    host: "127.0.0.1",
    port,
    dataDir: join(dataDir, name),
    bindings,
  };
  const environment = {
    ...process.env,
    [STACK_VARIABLE]: dataDir,
    [EDGE_SETTINGS_VARIABLE]: JSON.stringify(settings),
  };
  return startPart(
    { name: "edge", program: join(ROOT, "local/edge/main.ts"), folder: ROOT, environment },
    { onLine, onReady: () => undefined, onDeath: (part, why) => onLine(`${part}: ${why}`) },
  );
}

const secretsSchema = z.object({ database_owner_password: z.string() });

/** Connection string of the owner of a data folder's database, whom no wall binds. */
export function ownerUrlOf(dataDir: string, bindings: Readonly<Record<string, string>>): string {
  const secrets = secretsSchema.parse(JSON.parse(readFileSync(join(dataDir, "secrets.json"), "utf8")));
  const url = new URL(bindings.DATABASE_URL ?? "");
  url.username = "postgres";
  url.password = secrets.database_owner_password;
  return url.href;
}

/** Asks the database of a data folder as its owner. */
export function ownerOf(
  dataDir: string,
  bindings: Readonly<Record<string, string>>,
): (statement: SQL) => Promise<Row[]> {
  const database = connectDatabase({
    url: ownerUrlOf(dataDir, bindings),
    httpUrl: bindings.DATABASE_HTTP_URL,
    timeoutMs: QUERY_TIMEOUT_MS,
    meter: { count: () => undefined, observe: () => undefined, set: () => undefined },
  });
  return async (statement) => {
    const answer = await database.platform(statement);
    if (!answer.ok) throw new Error(`The owner's query failed: ${JSON.stringify(answer.failure)}`);
    return answer.value;
  };
}

/** A second organization with keys of its own. */
export const foundNeighbor = ({ stack }: Pick<Cell, "stack">) => foundOrganization(stack.bindings);

/** Founds an organization with keys of its own in the database that the settings name. */
export async function foundOrganization(bindings: Readonly<Record<string, string>>) {
  const organization = await seedOrganization(bindings);
  return { id: organization.id, ...(await seedKeys(organization, bindings)) };
}

const storedSchema = z.object({
  id: z.string(),
  organization_id: z.string(),
  episode_id: z.string().nullable(),
  step: z.number().nullable(),
});
export type StoredRow = z.infer<typeof storedSchema>;

/** Every row of every organization, with the id as answers give it. */
export async function storedRows(asOwner: Cell["asOwner"]): Promise<StoredRow[]> {
  const rows = await asOwner(
    sql`select 'inf_' || id as id, organization_id, episode_id, step from inferences order by created_at`,
  );
  return rows.map((row) => storedSchema.parse(row));
}
