import { z } from "zod";
import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import { defineCommand, type Tools } from "../command.ts";
import type { CommandFailure } from "../failure.ts";

/** A page is read, appended and deleted letter by letter. */
const PAGE_TIMEOUT_MS = 60_000;

const pageSchema = z.object({
  replayed: z.number(),
  kept: z.number(),
  next_cursor: z.string().nullable(),
});

/** `headgate admin replay`: hands the organization's dead letters back to its outbox; exits with 1 when some stay. */
export const replayCommand = defineCommand({
  words: "admin replay",
  summary: "Hand records that could not be stored back to the outbox",
  keyOf: "organization",
  options: {},
  async run(_, tools) {
    const report = await replayAll(tools);
    if (!report.ok) return report;
    const { replayed, kept } = report.value;
    const sentence = summary(replayed, kept);
    if (kept > 0) return failed({ kind: "broken", sentence, body: report.value });
    return done({ json: report.value, out: sentence });
  },
});

async function replayAll({
  ask,
}: Tools): Promise<Outcome<{ replayed: number; kept: number }, CommandFailure>> {
  let replayed = 0;
  let kept = 0;
  let cursor: string | null = null;
  do {
    const page: Outcome<z.infer<typeof pageSchema>, CommandFailure> = await ask(
      { method: "POST", path: "/v1/storage/replay", query: { cursor }, timeoutMs: PAGE_TIMEOUT_MS },
      pageSchema,
    );
    if (!page.ok) return page;
    replayed += page.value.replayed;
    kept += page.value.kept;
    cursor = page.value.next_cursor;
  } while (cursor !== null);
  return done({ replayed, kept });
}

function summary(replayed: number, kept: number): string {
  if (replayed + kept === 0) return "There are no dead letters.";
  const records = (count: number) => `${count} record${count === 1 ? "" : "s"}`;
  const back = `${records(replayed)} handed back to the outbox.`;
  return kept === 0 ? back : `${back} ${records(kept)} stay: not readable by this version, or not taken now.`;
}
