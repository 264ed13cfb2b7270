/** Two organizations and their vectors in a real Postgres, and a runner of words, for the tests of this room. */
import { neon } from "@neondatabase/serverless";
import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { connectDatabase } from "../../../drizzle/connect.ts";
import { migrateUp, rebuildVectorIndex, type VectorIndexKind } from "../../../drizzle/migrate.ts";
import { recordingMeter, unwrap } from "../../../drizzle/testKit.ts";
import { countNgrams } from "../../../gpu-runner/preprocess/ngramCounts.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { startMigratedDatabase } from "../../../local/postgres/testMigrated.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { Database, Row, Runner } from "../../contracts/ports.ts";
import { TestClock, testConfiguration } from "../../guard/leases/testWorld.ts";
import { searchRequestSchema } from "./schema.ts";
import { createSearchMemory, type SearchPorts } from "./searchPorts.ts";
import { searchRecords } from "./searchRecords.ts";

const TIMEOUT_MS = 10_000;
const decoder = new TextDecoder();

/** What lexical-384 does, without its projection: near for texts that share words. */
export function wordVector(text: string): Float32Array {
  const counts = new Float32Array(384);
  countNgrams(text, counts);
  const length = Math.hypot(...counts);
  return counts.map((count) => count / length);
}

/** A picture's vector: its bytes, as if they were pixels. */
export const byteVector = (bytes: Uint8Array): Float32Array => {
  const vector = Float32Array.from({ length: 512 }, (_, index) => (bytes[index % bytes.length] ?? 0) + 1);
  const length = Math.hypot(...vector);
  return vector.map((number) => number / length);
};

export interface SearchWorld {
  readonly app: Database;
  readonly embedded: TestDatabase;
  asOwner(statement: SQL): Promise<Row[]>;
  /** Builds the vector indexes anew. */
  useIndex(kind: VectorIndexKind): Promise<void>;
  /** Migrates with a kind of index wished for, as `npm start` does. */
  wishForIndex(kind: VectorIndexKind): Promise<void>;
  /** What the ledger says of a subject from now on; null: of the person-free stream. */
  grant(organizationId: string, subjectRef: string | null, tier: string): Promise<void>;
}

/** A migrated database with these organizations. */
export async function openSearchWorld(organizations: readonly string[]): Promise<SearchWorld> {
  const embedded = await startMigratedDatabase();
  const { webSocketProxy, httpUrl } = embedded;
  const url = embedded.url("headgate_app");
  const app = connectDatabase({ url, httpUrl, timeoutMs: TIMEOUT_MS, meter: recordingMeter() });
  const owner = neon(embedded.url("postgres"));
  const dialect = new PgDialect();
  const asOwner = async (statement: SQL): Promise<Row[]> => {
    const { sql: text, params } = dialect.sqlToQuery(statement);
    return await owner.query(text, params);
  };
  for (const id of organizations)
    await asOwner(sql`insert into organizations (id, name, slug, cell) values (${id}, 'O', ${id}, 'local')`);
  return {
    app,
    embedded,
    asOwner,
    useIndex: async (kind) => {
      await rebuildVectorIndex(embedded.url("postgres"), kind, { webSocketProxy });
    },
    wishForIndex: async (kind) => {
      await migrateUp(embedded.url("postgres"), { webSocketProxy, vectorIndex: kind });
    },
    grant: async (organizationId, subjectRef, tier) => {
      const event = crypto.randomUUID();
      const subject = subjectRef ?? "";
      await asOwner(sql`
        with event as (
          insert into consent_events (id, organization_id, subject_ref, tier, version, legal_basis, actor_key_id)
          values (${event}, ${organizationId}, ${subject}, ${tier}, ${Date.now()}, 'consent', 'aaaaaaaa')
        )
        insert into consent_current (organization_id, subject_ref, tier, version, consent_event_id, legal_basis, key_seed)
        values (${organizationId}, ${subject}, ${tier}, 1, ${event}, 'consent', ${new Uint8Array(32).fill(7)})
        on conflict (organization_id, subject_ref) do update set tier = excluded.tier`);
    },
  };
}

/** One isolate: its memory, its clock, and the runner that it asks. */
export class Isolate {
  readonly clock = new TestClock(Date.now());
  readonly meter = recordingMeter();
  readonly asked: string[] = [];
  runnerIsUp = true;
  readonly ports: SearchPorts;

  constructor(database: Database, settings: Record<string, unknown> = {}) {
    this.ports = {
      clock: this.clock,
      database,
      meter: this.meter,
      runner: this.#runner,
      configuration: testConfiguration(settings),
      searchMemory: createSearchMemory(),
    };
  }

  readonly #runner: Runner = {
    infer: async ({ model, inputs }) => {
      this.asked.push(model);
      const [input] = inputs;
      if (!this.runnerIsUp) return failed({ kind: "no_capacity", detail: "the runner cannot be reached" });
      if (input?.datatype !== "BYTES") return failed({ kind: "invalid_input", detail: "no bytes" });
      const vectors = input.data.map((item) =>
        model === "lexical-384" ? wordVector(decoder.decode(item)) : byteVector(item),
      );
      const data = Float32Array.from(vectors.flatMap((vector) => [...vector]));
      return done({
        modelVersion: "1",
        queueMs: null,
        computeMs: null,
        outputs: [{ name: "embedding", datatype: "FP32", shape: [vectors.length, data.length], data }],
      });
    },
  };

  /** Searches as the route does, with a body as it comes over the wire. */
  search(organizationId: string, body: unknown) {
    const request = searchRequestSchema.parse(JSON.parse(JSON.stringify(body)));
    return searchRecords(request, { organizationId, traceparent: "00" }, this.ports);
  }

  async find(organizationId: string, body: unknown) {
    return unwrap(await this.search(organizationId, body));
  }
}
