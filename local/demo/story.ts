import { randomBytes, randomInt } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { styleText } from "node:util";
import { type Client, createClient } from "./client.ts";
import { drawContactSheet } from "./contactSheet.ts";
import { drawPathPicture } from "./pathPicture.ts";
import { type Episode, MOST_STEPS, playEpisode } from "./playEpisode.ts";
import { awaitRows, readFrames, type StoredFrame } from "./readBack.ts";
import type { BlockColor } from "./scene.ts";
import { StoryError } from "./storyError.ts";
import { type ConsentReport, HOLDS_WITHIN_MS, tellConsent } from "./tellConsent.ts";

/** Seeds have at most nine digits, so that they are easily typed again. */
const SEEDS = 1_000_000_000;

export interface StoryOptions {
  readonly url: string;
  readonly key: string;
  readonly adminKey: string;
  /** Where the pictures are written; made when missing. */
  readonly outDir: string;
  /** Takes one line of the story. */
  readonly print: (line: string) => void;
  /** Takes what is going on right now; each text replaces the one before. */
  readonly progress?: (text: string) => void;
  /** The block that the instruction names; red when unset. */
  readonly color?: BlockColor;
  /** Same seed, same table; chosen by chance when unset. */
  readonly seed?: number;
}

/** What happened, in numbers. */
export interface StoryReport {
  readonly steps: number;
  readonly startMm: number;
  /** Distance to the block at the end; the story throws where it is more than REACHED_WITHIN_MM. */
  readonly endMm: number;
  /** Medians over the steps; the server's from `Server-Timing`. */
  readonly latencyMs: { readonly server: number | null; readonly outside: number };
  readonly stored: { readonly rows: number; readonly frames: number };
  readonly consent: ConsentReport;
  /** Paths of the pictures. */
  readonly pictures: { readonly sheet: string; readonly path: string };
  readonly seconds: number;
}

/**
 * Plays the story against a running stack: at most forty steps to a colored block, what was stored of them, and what
 * consent kept out. Throws a `StoryError` with one sentence as soon as anything is not as promised.
 */
export async function playStory(options: StoryOptions): Promise<StoryReport> {
  const startedAtMs = performance.now();
  const { print, color = "red", seed = randomInt(SEEDS), progress = () => {} } = options;
  const runId = `demo-${randomBytes(5).toString("hex")}`;
  const client = createClient(options);
  await client.checkReady();

  print(heading(`1  To the ${color} block in at most ${MOST_STEPS} steps`, `seed ${seed}`));
  const episode = await playEpisode({
    client,
    color,
    seed,
    episodeId: `${runId}-episode`,
    onStep: (step, mm) => progress(`step ${step + 1} of at most ${MOST_STEPS}: ${mm.toFixed(0)} mm to go`),
  });
  const latencyMs = latencyOf(episode);
  tellEpisode(episode, latencyMs, print);

  print(heading("2  What was stored", "a stream that shows nobody, declared so by an administrator"));
  progress("waiting for the records");
  const { rows, frames } = await readStored(client, episode);
  progress("drawing the pictures");
  const pictures = await drawPictures(episode, frames, options.outDir);
  print(fact(`${rows} rows and ${frames.length} pictures came back for ${episode.steps.length} calls`));
  print(fact(pictures.sheet));
  print(fact(pictures.path));

  print(heading("3  What consent kept out", `calls in the name of visitor-${runId}`));
  const consent = await tellConsent({
    client,
    color,
    seed,
    runId,
    onTier: (tier) => progress(`tier ${tier}`),
  });
  tellConsentReport(consent, print);

  const seconds = (performance.now() - startedAtMs) / 1000;
  print(`\nDone in ${seconds.toFixed(1)} s.`);
  const { startMm, endMm, steps } = episode;
  return {
    steps: steps.length,
    startMm,
    endMm,
    latencyMs,
    stored: { rows, frames: frames.length },
    consent,
    pictures,
    seconds,
  };
}

const heading = (title: string, remark: string): string =>
  `\n${styleText("bold", title)}  ${styleText("dim", remark)}`;
const fact = (text: string): string => `   ${styleText("green", "✓")} ${text}`;

function tellEpisode(
  { steps, startMm, endMm }: Episode,
  latencyMs: StoryReport["latencyMs"],
  print: StoryOptions["print"],
): void {
  const server = latencyMs.server === null ? "" : `${latencyMs.server.toFixed(1)} ms in the server, `;
  print(fact(`reached in ${steps.length} steps: from ${startMm.toFixed(0)} mm to ${endMm.toFixed(1)} mm`));
  print(fact(`p50 of a call: ${server}${latencyMs.outside.toFixed(1)} ms from outside`));
}

function tellConsentReport({ unknown, basic, withdrawn }: ConsentReport, print: StoryOptions["print"]): void {
  const { heldAfterMs } = withdrawn;
  const last =
    heldAfterMs === 0 ? "at once" : `the last recorded call was sent ${heldAfterMs.toFixed(0)} ms after`;
  const lines = [
    `none, unknown to the ledger: ${unknown.served} calls served and withheld, ${unknown.stored} stored`,
    `basic, ${basic.heldAfterMs.toFixed(0)} ms after it was granted: ${basic.stored} rows of metadata; no picture, no instruction, no action, no state`,
    `none again, withdrawn: ${last} (limit ${HOLDS_WITHIN_MS} ms), ${withdrawn.served} more served and withheld`,
  ];
  for (const line of lines) print(fact(line));
}

function latencyOf({ steps }: Episode): StoryReport["latencyMs"] {
  const server = steps.flatMap(({ timing }) => (timing.serverMs === null ? [] : [timing.serverMs]));
  const outside = median(steps.map(({ timing }) => timing.outsideMs)) ?? 0;
  return { server: median(server), outside };
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

/** Every answer that said `recorded: true` must come back, with its picture. */
async function readStored(
  client: Client,
  { id, steps }: Episode,
): Promise<{ rows: number; frames: StoredFrame[] }> {
  const unrecorded = steps.filter(({ recorded }) => !recorded);
  if (unrecorded.length > 0)
    throw new StoryError(
      `${unrecorded.length} of ${steps.length} answers said \`recorded: false\`, the first because of: ${unrecorded[0]?.reason}.`,
    );
  const rows = await awaitRows(
    client,
    id,
    `${steps.length} recorded steps with their pictures`,
    (found) => found.length >= steps.length && found.every(({ image }) => image !== "pending"),
  );
  if (rows.length !== steps.length)
    throw new StoryError(`${steps.length} steps left ${rows.length} rows instead of one each.`);
  return { rows: rows.length, frames: await readFrames(client, steps) };
}

async function drawPictures(
  { block, color, id, endMm, steps }: Episode,
  frames: readonly StoredFrame[],
  outDir: string,
): Promise<StoryReport["pictures"]> {
  await mkdir(outDir, { recursive: true });
  const pictures = { sheet: join(outDir, "story.png"), path: join(outDir, "path.png") };
  const target = block.center;
  const sheet = await drawContactSheet({
    frames,
    target,
    title: `move to the ${color} block · ${frames.length} pictures as they were stored`,
    subtitle: `cross: where the camera looks · line: the way it came · mm: how far the block still is · episode ${id}`,
  });
  const path = await drawPathPicture({
    frames,
    target,
    title: `reached in ${steps.length} steps · ${endMm.toFixed(1)} mm from the middle of the ${color} block`,
  });
  await writeFile(pictures.sheet, sheet);
  await writeFile(pictures.path, path);
  return pictures;
}
