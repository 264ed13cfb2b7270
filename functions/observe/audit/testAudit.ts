/** Organizations with audit logs in a real Postgres, an owner who tampers, and a bucket in memory. */
import { type NeonQueryFunction, neon } from "@neondatabase/serverless";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { connectDatabase } from "../../../drizzle/connect.ts";
import { recordingMeter, unwrap } from "../../../drizzle/testKit.ts";
import { startMigratedDatabase } from "../../../local/postgres/testMigrated.ts";
import { newUuid } from "../../contracts/identifiers.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { Database, ObjectStore } from "../../contracts/ports.ts";
import { systemRandom, TestClock } from "../../guard/leases/testWorld.ts";
import { createSigner } from "../../guard/signing/createSigner.ts";
import type { LogEvent } from "../logs.ts";
import { anchorHeads } from "./anchorHeads.ts";
import { listAudit } from "./listAudit.ts";
import type { AuditEntry, AuditHead, AuditVerification } from "./schema.ts";
import { verifyAudit } from "./verifyAudit.ts";
import { type ChainReport, verifyChain } from "./verifyChain.ts";

const DATABASE_TIMEOUT_MS = 10_000;
const PAGE = 3;

/** A migrated database, seen as the role that serves and as the owner whom nothing binds. */
export async function startAuditDatabase() {
  const embedded = await startMigratedDatabase();
  const { httpUrl } = embedded;
  const app = connectDatabase({
    url: embedded.url("headgate_app"),
    httpUrl,
    timeoutMs: DATABASE_TIMEOUT_MS,
    meter: recordingMeter(),
  });
  const owner = neon(embedded.url("postgres"));
  await owner`alter table audit_log disable trigger audit_log_append_only`;
  return { app, owner, embedded };
}

/** JSON that Postgres holds at all: no U+0000, no half of a surrogate pair. */
export const storableJson = fc
  .jsonValue({ stringUnit: "binary" })
  .filter((value) => !/\\u0000|\\ud[89a-f]/i.test(JSON.stringify(value)));

/** One organization's log. */
export class AuditWorld {
  readonly organizationId = newUuid({ now: Date.now, sleep: async () => undefined }, systemRandom);
  readonly clock = new TestClock(Date.now());
  readonly meter = recordingMeter();
  readonly events: LogEvent[] = [];
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly signer = createSigner(["A".repeat(43)]);
  bucketIsAway = false;
  readonly owner: NeonQueryFunction<false, false>;
  readonly #database: Database;

  constructor(app: Database, owner: NeonQueryFunction<false, false>) {
    this.#database = app;
    this.owner = owner;
  }

  ports() {
    const log = (event: LogEvent) => void this.events.push(event);
    return {
      clock: this.clock,
      meter: this.meter,
      logger: { debug: log, info: log, warn: log, error: log },
      database: this.#database,
      objectStore: this.#objectStore(),
      signer: this.signer,
    };
  }

  async append(...details: readonly unknown[]): Promise<void> {
    unwrap(
      await this.#database.forOrg(
        this.organizationId,
        details.map(
          (detail, index) =>
            sql`select append_audit(${`key_${index % 2}`}, 'key.create', ${`target-${index}`}, ${JSON.stringify(detail)}::jsonb)`,
        ),
      ),
    );
  }

  /** What happens every five minutes. */
  anchor = (): Promise<void> => anchorHeads(this.ports());

  verify = async (): Promise<AuditVerification> =>
    unwrap(await verifyAudit(this.organizationId, this.ports()));

  /** The whole log, oldest first, by the pages of the API. */
  async *entries(): AsyncGenerator<AuditEntry> {
    let cursor: string | undefined;
    do {
      const query = { limit: PAGE, order: "asc", ...(cursor === undefined ? {} : { cursor }) } as const;
      const page = unwrap(await listAudit(this.organizationId, query, this.#database));
      yield* page.data;
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** What somebody finds who has the entries and, where they noted it, one hash. */
  verifyOutside = (head: AuditHead | null = null): Promise<ChainReport> => verifyChain(this.entries(), head);

  /** Computes hash and previous hash of the entries from `seq` on anew, as a thorough forger does. */
  async rechain(seq: number): Promise<void> {
    await this.owner.query(
      `do $$ declare e record; before bytea;
       begin
         select hash into before from audit_log where organization_id = '${this.organizationId}' and seq = ${seq - 1};
         for e in select * from audit_log where organization_id = '${this.organizationId}' and seq >= ${seq} order by seq loop
           update audit_log set prev_hash = coalesce(before, ''), hash = audit_link(coalesce(before, ''), e.organization_id,
             e.seq, e.actor, e.action, e.target, e.detail, e.at)
           where organization_id = e.organization_id and seq = e.seq returning hash into before;
         end loop;
       end $$`,
    );
  }

  /** Lets the head say what is left of the log. */
  async fitHead(): Promise<void> {
    await this.owner`update audit_heads h set (seq, hash) = (select a.seq, a.hash from audit_log a
      where a.organization_id = h.organization_id order by a.seq desc limit 1) where organization_id = ${this.organizationId}`;
  }

  #objectStore(): ObjectStore {
    const away = failed({ kind: "unavailable", detail: "test" } as const);
    return {
      put: async (key, body) => {
        if (this.bucketIsAway) return away;
        this.objects.set(key, body);
        return done(undefined);
      },
      get: async (key) => (this.bucketIsAway ? away : done(this.objects.get(key) ?? null)),
      delete: async () => done(undefined),
      list: async (prefix) =>
        done({ keys: [...this.objects.keys()].filter((key) => key.startsWith(prefix)), cursor: null }),
    };
  }
}
