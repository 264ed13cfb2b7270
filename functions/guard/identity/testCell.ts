/** A cell for the tests of this room: real SQL, the local Redis store, an injected clock. */
import { type SQL, sql } from "drizzle-orm";
import { connectDatabase } from "../../../drizzle/connect.ts";
import { recordingMeter, unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { startMigratedDatabase } from "../../../local/postgres/testMigrated.ts";
import type { Database, Row } from "../../contracts/ports.ts";
import type { Scope } from "../../contracts/scopes.ts";
import { createAdmitter } from "../leases/createAdmitter.ts";
import {
  ask,
  systemRandom,
  TestClock,
  TestMeter,
  TestRedis,
  testConfiguration,
  verdictOf,
} from "../leases/testWorld.ts";
import { PLATFORM_ACTOR } from "./actor.ts";
import { createKey } from "./createKey.ts";
import { type CreatedOrganization, createOrganization } from "./createOrganization.ts";
import { type CreatedKey, createKeyRequestSchema } from "./schema.ts";

export class TestCell {
  readonly clock = new TestClock(Date.now());
  readonly redis = new TestRedis(this.clock);
  /** Whether the next transaction that writes fails, and whether it was carried out before its answer was lost. */
  breakCommit: "before" | "after" | null = null;
  readonly #configuration = testConfiguration();
  readonly #embedded: TestDatabase;
  readonly #real: Database;
  #slugs = 0;

  constructor(embedded: TestDatabase) {
    this.#embedded = embedded;
    this.#real = connectDatabase({
      url: embedded.url("headgate_app"),
      httpUrl: embedded.httpUrl,
      timeoutMs: 10_000,
      meter: recordingMeter(),
    });
  }

  ports() {
    return {
      clock: this.clock,
      random: systemRandom,
      database: this.#database,
      keyValue: this.redis,
      configuration: this.#configuration,
      meter: new TestMeter(),
    };
  }

  readonly #database: Database = {
    platform: (statement) => this.#real.platform(statement),
    forOrg: async (organizationId, statements) => {
      const broken = statements.length > 2 ? this.breakCommit : null;
      if (broken !== null) this.breakCommit = null;
      if (broken === "before") return { ok: false, failure: { kind: "unavailable", detail: "" } };
      const outcome = await this.#real.forOrg(organizationId, statements);
      return broken === "after" ? { ok: false, failure: { kind: "timeout", detail: "" } } : outcome;
    },
  };

  /** The next organization, with its first key. */
  async organization(): Promise<CreatedOrganization> {
    this.#slugs += 1;
    const request = { name: "Test", slug: `test-${this.#slugs}` };
    return unwrap(await createOrganization(request, PLATFORM_ACTOR, this.ports()));
  }

  async key(organizationId: string, changes: Record<string, unknown> = {}): Promise<CreatedKey> {
    const request = createKeyRequestSchema.parse({ name: "robot", roles: ["member"], ...changes });
    return unwrap(await createKey(organizationId, request, PLATFORM_ACTOR, this.ports()));
  }

  /** What an isolate that has just started says to a key. */
  async opens(presentedKey: string, scope: Scope = "models:read"): Promise<string> {
    return verdictOf(await ask(createAdmitter(this.ports()), { presentedKey, scope }));
  }

  async rows(organizationId: string, statement: SQL): Promise<Row[]> {
    return unwrap(await this.#real.forOrg(organizationId, [statement]))[0] ?? [];
  }

  /** The audit log, an entry a line: action and target. */
  async audit(organizationId: string): Promise<string[]> {
    const log = await this.rows(organizationId, sql`select action, target from audit_log order by seq`);
    return log.map(({ action, target }) => `${action} ${target}`);
  }

  close(): Promise<void> {
    return this.#embedded.remove();
  }
}

/** Starts a database and lays its tables. */
export async function openTestCell(): Promise<TestCell> {
  const embedded = await startMigratedDatabase();
  return new TestCell(embedded);
}
