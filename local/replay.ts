import { parseArgs } from "node:util";
import { z } from "zod";
import { findStack } from "./demo/findStack.ts";
import { StoryError } from "./demo/storyError.ts";

const USAGE = "npm run replay -- [--url URL] [--key ADMIN_KEY]";
/** A page is read, appended and deleted letter by letter. */
const PAGE_TIMEOUT_MS = 60_000;

const pageSchema = z.object({
  replayed: z.number(),
  kept: z.number(),
  next_cursor: z.string().nullable(),
});
const problemSchema = z.object({ title: z.string(), fix: z.string() });

/**
 * `npm run replay`: hands the dead letters of the key's organization back to its outbox, page by page. Finds
 * the stack as the demo does. Ends with 1 when it could not, or when letters stay.
 */
async function main(): Promise<void> {
  const { url, key, help } = readFlags();
  if (help) {
    console.log(USAGE);
    return;
  }
  const given = key ?? process.env.HEADGATE_ADMIN_KEY ?? process.env.HEADGATE_KEY;
  const dataDir = process.env.HEADGATE_DATA_DIR || ".headgate";
  const stack = findStack({ url, key: given, adminKey: given }, process.env, dataDir);
  let replayed = 0;
  let kept = 0;
  let cursor: string | null = null;
  do {
    const page: z.infer<typeof pageSchema> = await replayPage(stack.url, stack.adminKey, cursor);
    replayed += page.replayed;
    kept += page.kept;
    cursor = page.next_cursor;
  } while (cursor !== null);
  console.log(summary(replayed, kept));
  if (kept > 0) process.exitCode = 1;
}

function readFlags() {
  try {
    const options = {
      url: { type: "string" },
      key: { type: "string" },
      help: { type: "boolean", default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : "Wrong arguments").split(".");
    throw new StoryError(`${reason}; this is understood: ${USAGE}`);
  }
}

async function replayPage(url: string, key: string, cursor: string | null) {
  const target = new URL("/v1/storage/replay", url);
  if (cursor !== null) target.searchParams.set("cursor", cursor);
  const response = await fetch(target, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(PAGE_TIMEOUT_MS),
  }).catch(() => {
    throw new StoryError(`No stack answers at ${url}: start one with \`npm start\` in another terminal.`);
  });
  const body: unknown = await response.json().catch(() => null);
  const page = pageSchema.safeParse(body);
  if (response.ok && page.success) return page.data;
  const problem = problemSchema.safeParse(body);
  const why = problem.success
    ? `${problem.data.title}. ${problem.data.fix}`
    : "What answers is not Headgate.";
  throw new StoryError(`The replay was refused (${response.status}): ${why}`);
}

function summary(replayed: number, kept: number): string {
  if (replayed + kept === 0) return "There are no dead letters.";
  const records = (count: number) => `${count} record${count === 1 ? "" : "s"}`;
  const back = `${records(replayed)} handed back to the outbox.`;
  return kept === 0 ? back : `${back} ${records(kept)} stay: not readable by this version, or not taken now.`;
}

main().catch((error: unknown) => {
  if (!(error instanceof StoryError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
});
