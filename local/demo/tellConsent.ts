import { createArm } from "./camera.ts";
import type { Client } from "./client.ts";
import { observe } from "./playEpisode.ts";
import { awaitRows } from "./readBack.ts";
import { type BlockColor, layTable } from "./scene.ts";
import { StoryError } from "./storyError.ts";

/** A change of consent holds everywhere within this time of its answer. */
export const HOLDS_WITHIN_MS = 1000;
const CALLS = 3;
const PAUSE_MS = 100;
/** A change that nobody sees by then is not late, but lost. */
const GIVE_UP_MS = 3000;

/** What became of calls in the name of a person, tier by tier. */
export interface ConsentReport {
  /** The ledger did not know the person. */
  readonly unknown: { readonly served: number; readonly stored: number };
  /** The person allowed metadata. */
  readonly basic: { readonly stored: number; readonly heldAfterMs: number };
  /** The person withdrew: how long after the ledger's answer the last call was sent that was still recorded. */
  readonly withdrawn: { readonly served: number; readonly heldAfterMs: number };
}

export interface ConsentInput {
  readonly client: Client;
  readonly color: BlockColor;
  readonly seed: number;
  /** Name of this run; the subject and the episodes are called after it. */
  readonly runId: string;
  readonly onTier: (tier: string) => void;
}

interface SentCall {
  readonly id: string;
  readonly sentAtMs: number;
  readonly recorded: boolean;
  readonly reason: string | undefined;
  readonly tier: string;
}

/** Calls one after another in the name of one subject; every call has its own step. */
type Caller = (episode: string) => Promise<SentCall>;

/**
 * Acts for a person whom the ledger does not know, then allows metadata, then withdraws. Throws a
 * `StoryError` when anything was kept that the tier at that moment does not allow.
 */
export async function tellConsent({
  client,
  color,
  seed,
  runId,
  onTier,
}: ConsentInput): Promise<ConsentReport> {
  const subject = `visitor-${runId}`;
  const call = createCaller(client, subject, { color, seed, runId });
  onTier("unknown");
  const unknown = await callTimes(call, "unknown");
  expectWithheld(unknown);

  onTier("basic");
  await client.setConsent(subject, "basic");
  const basic = await callUntilHeld(call);
  await expectMetadataAlone(client, `${runId}-basic`, basic.recorded);
  // The rows of later calls are there: had the earlier ones been kept, they would be, too.
  const stored = await countStored(client, `${runId}-unknown`, unknown);

  onTier("withdrawn");
  await client.setConsent(subject, "none");
  const withdrawn = await callPastWithdrawal(call);
  return {
    unknown: { served: unknown.length, stored },
    basic: { stored: basic.recorded.length, heldAfterMs: basic.heldAfterMs },
    withdrawn,
  };
}

function createCaller(
  client: Client,
  subject: string,
  { color, seed, runId }: Pick<ConsentInput, "color" | "seed" | "runId">,
): Caller {
  const scene = layTable(color, seed);
  const arm = createArm({ x: 0, y: 0 }, seed);
  let step = 0;
  return async (episode) => {
    const observation = await observe(scene, arm, color, seed + step);
    const sentAtMs = performance.now();
    const { answer } = await client.act({
      ...observation,
      subject,
      episode_id: `${runId}-${episode}`,
      step: step++,
    });
    const { id, recorded, reason, consent_tier: tier } = answer;
    return { id, sentAtMs, recorded, reason, tier };
  };
}

async function callTimes(call: Caller, episode: string): Promise<SentCall[]> {
  const calls: SentCall[] = [];
  while (calls.length < CALLS) calls.push(await call(episode));
  return calls;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function expectWithheld(calls: readonly SentCall[]): void {
  const kept = calls.find(({ recorded, reason }) => recorded || reason !== "consent");
  if (kept !== undefined)
    throw new StoryError(`The call ${kept.id} for an unknown subject was not withheld for consent.`);
}

/** Calls until a few were recorded; the time is from the ledger's answer to the first of them. */
async function callUntilHeld(call: Caller): Promise<{ recorded: SentCall[]; heldAfterMs: number }> {
  const changedAtMs = performance.now();
  const recorded: SentCall[] = [];
  let heldAfterMs = 0;
  while (recorded.length < CALLS) {
    const sent = await call("basic");
    const afterMs = sent.sentAtMs - changedAtMs;
    if (sent.recorded && recorded.length === 0) heldAfterMs = afterMs;
    if (sent.recorded) recorded.push(sent);
    else if (afterMs > HOLDS_WITHIN_MS && (sent.tier !== "basic" || afterMs > GIVE_UP_MS))
      throw new StoryError(
        `${afterMs.toFixed(0)} ms after consent to basic, a call was not recorded: ${sent.reason}.`,
      );
    else await pause(PAUSE_MS);
  }
  return { recorded, heldAfterMs };
}

async function expectMetadataAlone(
  client: Client,
  episodeId: string,
  calls: readonly SentCall[],
): Promise<void> {
  await awaitRows(
    client,
    episodeId,
    `${calls.length} calls at tier basic`,
    (rows) => rows.length >= calls.length,
  );
  for (const { id } of calls) {
    const record = await client.readInference(id);
    if (record === null) throw new StoryError(`The record ${id} of tier basic cannot be read back.`);
    const { instruction, actions, state, image_data } = record;
    if ([instruction, actions, state, image_data].some((part) => part !== null))
      throw new StoryError(`The record ${id} holds more than the metadata that tier basic allows.`);
  }
}

async function countStored(client: Client, episodeId: string, calls: readonly SentCall[]): Promise<number> {
  const rows = await client.listEpisode(episodeId);
  const records = await Promise.all(calls.map(({ id }) => client.readInference(id)));
  const stored = Math.max(rows.length, records.filter((record) => record !== null).length);
  if (stored > 0) throw new StoryError(`${stored} calls for an unknown subject were stored.`);
  return stored;
}

/** Calls until more than a second has passed; what was sent after that second must not be recorded. */
async function callPastWithdrawal(call: Caller): Promise<{ served: number; heldAfterMs: number }> {
  const changedAtMs = performance.now();
  let served = 0;
  let heldAfterMs = 0;
  for (;;) {
    const sent = await call("withdrawn");
    const afterMs = sent.sentAtMs - changedAtMs;
    if (sent.recorded && afterMs > HOLDS_WITHIN_MS)
      throw new StoryError(
        `${afterMs.toFixed(0)} ms after consent was withdrawn, a call was still recorded.`,
      );
    if (sent.recorded) heldAfterMs = afterMs;
    else served += 1;
    if (afterMs > HOLDS_WITHIN_MS) return { served, heldAfterMs };
    await pause(PAUSE_MS);
  }
}
