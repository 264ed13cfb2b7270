import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import {
  type AuditBreak,
  type AuditEntry,
  type AuditHead,
  auditHeadSchema,
  auditListSchema,
  auditVerificationSchema,
} from "../../functions/observe/audit/schema.ts";
import { verifyChain } from "../../functions/observe/audit/verifyChain.ts";
import { defineCommand, type Tools } from "../command.ts";
import { type CommandFailure, wrongUsage } from "../failure.ts";
import { replacePrivately } from "../files.ts";
import type { Call } from "../server/callServer.ts";

const PAGE_ROWS = 1000;
/** The server reads its whole log once for its own verdict. */
const VERIFICATION_TIMEOUT_MS = 60_000;

const MEANINGS = {
  altered: "says something else than when it was written",
  missing: "is gone",
  inserted: "was put in",
  cut: "is gone, and with it all behind it",
  rewritten: "is not the one that was vouched for",
  head: "is the newest, and the database's own note of it is gone",
  anchor: "is where the signed anchor should hold, which is gone or forged",
} as const satisfies Record<AuditBreak["kind"], string>;

/**
 * `headgate admin verify-audit`: computes the whole chain anew on this machine, and asks the server for the
 * verdict of its database and signed anchors. `--state` keeps the last head, so that a later cut is found by
 * somebody whom the server cannot change.
 */
export const verifyAuditCommand = defineCommand({
  words: "admin verify-audit",
  summary: "Verify the audit log here, entry by entry",
  keyOf: "organization",
  options: {
    state: z.string().optional().describe("file that keeps the last verified entry between runs"),
  },
  async run({ options: { state } }, tools) {
    const path = state === undefined ? null : resolve(tools.cwd, state);
    const noted = readHead(path);
    if (!noted.ok) return noted;
    const chain = await verifyHere(noted.value, tools);
    if (!chain.ok) return chain;
    const { head, entries } = chain.value;
    const verdict = await tools.ask(
      { method: "GET", path: "/v1/audit/verification", timeoutMs: VERIFICATION_TIMEOUT_MS },
      auditVerificationSchema,
    );
    if (!verdict.ok) return verdict;
    const broken = chain.value.broken ?? verdict.value.broken;
    const json = { intact: broken === null, entries, head, broken, server: verdict.value };
    if (broken !== null) {
      const sentence = `The audit log is broken: entry ${broken.seq} ${MEANINGS[broken.kind]}.`;
      return failed({ kind: "broken", sentence, body: json });
    }
    if (path !== null && head !== null) replacePrivately(path, `${JSON.stringify(head)}\n`);
    return done({ json, out: `intact  ${entries} entries`, notes: noteOf(noted.value, path) });
  },
});

async function verifyHere(noted: AuditHead | null, { ask }: Tools) {
  let refusal: CommandFailure | null = null;
  async function* entries(): AsyncGenerator<AuditEntry> {
    let cursor: string | null = null;
    do {
      const query: Call["query"] = { order: "asc", limit: PAGE_ROWS, cursor };
      const page: Outcome<z.infer<typeof auditListSchema>, CommandFailure> = await ask(
        { method: "GET", path: "/v1/audit", query },
        auditListSchema,
      );
      if (!page.ok) {
        refusal = page.failure;
        return;
      }
      yield* page.value.data;
      cursor = page.value.next_cursor;
    } while (cursor !== null);
  }
  const report = await verifyChain(entries(), noted);
  return refusal === null ? done(report) : failed<CommandFailure>(refusal);
}

function readHead(path: string | null): Outcome<AuditHead | null, CommandFailure> {
  if (path === null || !existsSync(path)) return done(null);
  try {
    return done(auditHeadSchema.parse(JSON.parse(readFileSync(path, "utf8"))));
  } catch {
    return wrongUsage(`${path} is not what --state writes; remove it only if you know why.`);
  }
}

function noteOf(noted: AuditHead | null, path: string | null): string[] {
  if (path === null)
    return ["Without --state, a log that was cut since the last run shows only by its anchors."];
  return [
    noted === null
      ? "This is the first run: the head is noted."
      : `It still holds entry ${noted.seq} of the last run.`,
  ];
}
