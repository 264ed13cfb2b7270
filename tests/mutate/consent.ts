import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import * as schema from "../../drizzle/schema.ts";
import { migrationOf } from "./migrationOf.ts";
import { type Mutation, ofKind } from "./mutation.ts";

const SEAL = "functions/guard/seal/seal.ts";
const sealed = (tier: string, subject: string) => ({
  file: "functions/guard/seal/seal.test.ts",
  name: `at tier ${tier} of subject ${subject} keeps`,
  written: "at tier %s of subject %s keeps %o",
});
const sealing = (name: string) => ({ file: "functions/guard/seal/seal.test.ts", name });
const drained = (name: string, written?: string) => ({
  file: "functions/keep/drain/drainOutbox.test.ts",
  name,
  ...(written === undefined ? {} : { written }),
});
const aggregates = {
  file: "drizzle/database.test.ts",
  name: "basic counts without values, a withdrawn subject is absent, and nobody sees another organization",
};

/** The wall of one table stands open: every organization sees its rows. */
const unwalled = (table: string): Omit<Mutation, "kind"> => {
  const policy = `CREATE POLICY "organization" ON "${table}" AS PERMISSIVE FOR ALL TO "headgate_app" USING (`;
  return {
    id: `row-level security of ${table}`,
    of: table,
    file: migrationOf(policy),
    find: policy,
    replace: `${policy}true or `,
    test: {
      file: "drizzle/walls.test.ts",
      name: "every table holds rows of two organizations, and shows the serving role those of one, without a WHERE",
    },
  };
};

/** Each wall between what was served and what is stored, read or counted, down. */
export const CONSENT_MUTATIONS = ofKind("consent")([
  {
    id: "seal: nothing of tier none",
    of: "metadata",
    file: SEAL,
    find: 'if (tier === "none" || eventId === null) return null;',
    replace: "if (eventId === null) return null;",
    test: sealed("none", "null"),
  },
  {
    id: "seal: nothing without an event of the ledger",
    of: "metadata",
    file: SEAL,
    find: 'if (tier === "none" || eventId === null) return null;',
    replace: 'if (tier === "none") return null;',
    test: sealing("keeps nothing without a consent event, and no image without the seed of its key"),
  },
  {
    id: "seal: the action",
    of: "action",
    file: SEAL,
    find: 'action: mayKeep(tier, "action") ? actionOf(exchange) : null,',
    replace: "action: actionOf(exchange),",
    test: sealed("basic", "null"),
  },
  {
    id: "seal: the text",
    of: "text",
    file: SEAL,
    find: 'const keepsText = mayKeep(tier, "text") && isPersonFree(consent);',
    replace: "const keepsText = isPersonFree(consent);",
    test: sealed("basic", "null"),
  },
  {
    id: "seal: the text of a named subject",
    of: "text",
    file: SEAL,
    find: 'const keepsText = mayKeep(tier, "text") && isPersonFree(consent);',
    replace: 'const keepsText = mayKeep(tier, "text");',
    test: sealing("writes nothing of text or image, of whom it may not, into anything that it hands out"),
  },
  {
    id: "seal: the image",
    of: "image",
    file: SEAL,
    find: 'return mayKeep(grounds.tier, "image") && grounds.keySeed !== null;',
    replace: "return grounds.keySeed !== null;",
    test: sealed("analytics", "null"),
  },
  {
    id: "seal: only what the anonymizer answered",
    of: "image",
    file: "functions/guard/seal/anonymizeImages.ts",
    find: "const stripped = stripImageMetadata(anonymized.value.bytes);",
    replace: "const stripped = stripImageMetadata(bytes);",
    test: sealing("seals what the anonymizer answers, of a person too, and sends it no metadata"),
  },
  {
    id: "seal: what waits is ciphertext",
    of: "image",
    file: SEAL,
    find: "await crypto.subtle.encrypt(algorithm, key, plain)",
    replace: "(await crypto.subtle.encrypt(algorithm, key, plain), plain)",
    test: sealing("encrypts an image anew each time: equal pictures do not look equal"),
  },
  {
    id: "the ledger's tier in the statement that stores records",
    of: "storeRecords",
    file: "functions/keep/records/store.ts",
    find: "(sql`ledger.tier`)} >= ",
    replace: "(sql`ledger.tier`)} >= 0 and 0 <= ",
    test: drained("withdrawn, drops the record"),
  },
  {
    id: "erasures in the statement that stores records",
    of: "storeRecords",
    file: "functions/keep/records/store.ts",
    find: "and erased.requested_at >= incoming.created_at)",
    replace: "and erased.requested_at < '2000-01-01')",
    test: drained("an erasure demanded meanwhile blocks the record at any tier"),
  },
  {
    id: "reducing a record to the tier that holds now",
    of: "reseal",
    file: "functions/keep/drain/storeRows.ts",
    find: "record: reseal(entry.record, ledger.value(ledgerRef(entry)).tier),",
    replace: "record: entry.record,",
    test: drained(
      "lowered to basic, reduces the record to what that keeps",
      "lowered to %s, reduces the record",
    ),
  },
  {
    id: "the ledger before a picture is stored",
    of: "image",
    file: "functions/keep/drain/prepareFrames.ts",
    find: 'if (!mayKeep(line.tier, "image") || line.keySeed === null)',
    replace: "if (line.keySeed === null)",
    test: drained("withdrawn between row and picture, keeps the picture out"),
  },
  {
    id: "the ledger in aggregates",
    of: "aggregates",
    file: "drizzle/migrations/0004_views.sql",
    find: "least(tier_rank(i.tier), tier_rank(coalesce(c.tier, 'none'))) AS rank",
    replace: "tier_rank(i.tier) AS rank",
    test: aggregates,
  },
  {
    id: "values in aggregates",
    of: "aggregate_values",
    file: "drizzle/migrations/0004_views.sql",
    find: "CASE WHEN rank >= 2 THEN infer_ms END AS infer_ms",
    replace: "infer_ms AS infer_ms",
    test: aggregates,
  },
  {
    id: "scores at tier basic in the table itself",
    of: "aggregate_values",
    file: "drizzle/migrations/0001_tables.sql",
    find: 'CHECK ("inferences"."safety_score" is null or "inferences"."tier" <> \'basic\')',
    replace: "CHECK (true)",
    test: {
      file: "drizzle/database.test.ts",
      name: "what a tier does not keep is refused by the tables themselves",
    },
  },
  {
    id: "organization of the views",
    of: "views",
    file: "drizzle/migrations/0004_views.sql",
    find: `CREATE VIEW robot_performance WITH (security_barrier) AS
SELECT * FROM robot_performance_data
WHERE organization_id`,
    replace: `CREATE VIEW robot_performance WITH (security_barrier) AS
SELECT * FROM robot_performance_data
WHERE true or organization_id`,
    test: {
      file: "drizzle/walls.test.ts",
      name: "views show one organization's figures, and what stands behind them is out of reach",
    },
  },
  ...Object.values(schema)
    .filter((table) => is(table, PgTable))
    .map((table) => unwalled(getTableName(table))),
]);
