import type { HarmChannel, Purpose } from "../contracts/harm.ts";
import type { Verdict } from "../contracts/report.ts";
import type { Evidence } from "../evidence/measureEvidence.ts";

export interface Judgment {
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
}

/** From here on the candidate differs from the reference; from there on nothing says that it does. */
const DIFFERS_BELOW = 0.01;
const ALIKE_FROM = 0.1;

type Known = Pick<Evidence, "p" | "enoughRows" | "rowsASide">;

/**
 * Judges one purpose by the harm that was measured. `collapsed`: the candidate differs from the reference and the
 * interval of a decidable channel lies beyond its margin. `healthy`: every decidable channel's interval lies below
 * its margin, or nothing tells the candidate from the reference and no channel's median passes its margin. Too few
 * rows block `healthy`, never `collapsed`; so does a channel beyond its margin that is too noisy to decide.
 */
export function judgePurpose(purpose: Purpose, all: readonly HarmChannel[], known: Known): Judgment {
  const channels = all.filter((channel) => channel.purpose === purpose && Number.isFinite(channel.value));
  const eligible = channels.filter((channel) => channel.eligible);
  const worst = worstOf(eligible);
  const beyond = worstOf(eligible.filter(({ low, margin }) => low > margin));
  if (beyond && known.p < DIFFERS_BELOW) return { verdict: "collapsed", because: sayBeyond(beyond) };
  if (!known.enoughRows) return { verdict: "insufficient_data", because: sayTooFew(known.rowsASide) };
  if (!worst) return { verdict: "insufficient_data", because: sayUndecidable(channels) };
  // A channel that cannot decide can still warn: a set that it finds harmful is not called healthy by the others.
  const warning = worstOf(channels.filter(isBeyondAll).filter((channel) => !channel.eligible));
  if (warning && known.p < ALIKE_FROM) return { verdict: "indeterminate", because: sayWarning(warning) };
  if (eligible.every(({ high, margin }) => high < margin))
    return { verdict: "healthy", because: `${sayChannel(worst)}, and no interval reaches its margin.` };
  if (known.p >= ALIKE_FROM && channels.every(({ value, margin }) => value < margin))
    return {
      verdict: "healthy",
      because: `Nothing tells it from real rows (p = ${known.p.toFixed(3)}), and ${lowered(sayChannel(worst))}.`,
    };
  if (beyond)
    return {
      verdict: "indeterminate",
      because: `${sayChannel(beyond)}, but it cannot be told from real rows (p = ${known.p.toFixed(3)}).`,
    };
  return { verdict: "indeterminate", because: sayUndecided(eligible) };
}

/** Whether the interval lies beyond the margin, and beyond what real rows show against real rows. */
const isBeyondAll = ({ low, margin, nullHigh }: HarmChannel): boolean => low > Math.max(margin, nullHigh);

/** The channel that is nearest to its margin, or farthest beyond. */
export function worstOf(channels: readonly HarmChannel[]): HarmChannel | null {
  return channels.reduce<HarmChannel | null>(
    (worst, channel) =>
      worst === null || channel.value / channel.margin > worst.value / worst.margin ? channel : worst,
    null,
  );
}

const factor = (log: number): string => Math.exp(log).toFixed(2);
const nats = (value: number): string => value.toFixed(3);

/** What a channel measured, beside its margin: a sentence without its full stop. */
export function sayChannel({ purpose, channel, subject, value, margin }: HarmChannel): string {
  const of = subject === null ? "" : ` (worst: \`${subject}\`)`;
  if (purpose === "generative") {
    const found =
      channel === "discriminator_nats"
        ? `A discriminator that learned its rows tells real rows apart by ${nats(value)} nats per column`
        : `A model of its rows spends ${nats(value)} nats more per column on real rows`;
    return `${found}${of}; the margin is ${nats(margin)}`;
  }
  const where =
    channel === "tail"
      ? " in the outermost tenth of real rows"
      : channel === "worst_target"
        ? " on its worst target"
        : "";
  return `Trained on it, a model's error on real rows is ${factor(value)} times that of real training${where}${of}; the margin is ${factor(margin)}`;
}

const sayBeyond = (channel: HarmChannel): string =>
  `${sayChannel(channel)}, and its whole interval lies beyond.`;

const sayTooFew = (rows: number): string =>
  `Only ${rows.toLocaleString("en")} rows a side can be compared; a verdict needs 200, and 8 buckets of groups where rows belong to groups; of documents 60 and 5,000 words, of episodes 10 and 2,000 frames.`;

function sayWarning(channel: HarmChannel): string {
  const advice =
    channel.rowsNeeded === null ? "" : `; about ${rounded(channel.rowsNeeded)} rows a side would decide it`;
  return `${sayChannel(channel)}, but real rows against real rows vary too much to decide by it${advice}.`;
}

function sayUndecidable(channels: readonly HarmChannel[]): string {
  const needed = leastOf(channels.map((channel) => channel.rowsNeeded));
  if (needed === null) return "No harm of this kind can be measured on these columns.";
  return `Real rows against real rows vary as much as the margins: so few rows decide nothing. About ${rounded(needed)} rows a side would do.`;
}

/** An interval narrows with the root of the rows: what would take it off the margin. */
function sayUndecided(eligible: readonly HarmChannel[]): string {
  const open = eligible.filter(({ low, high, margin }) => low <= margin && high >= margin);
  const worst = worstOf(open) ?? worstOf(eligible);
  if (!worst) return "No interval lies wholly on one side of its margin.";
  const { value, low, high, margin } = worst;
  const half = value < margin ? high - value : value - low;
  const times = (half / Math.abs(margin - value)) ** 2;
  const advice =
    times <= 100
      ? `about ${Math.max(2, Math.ceil(times))} times as many rows would decide it.`
      : "it lies so near to its margin that more rows would hardly decide it.";
  return `${sayChannel(worst)}, which lies within its interval; ${advice}`;
}

function leastOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null && Number.isFinite(value)).map(Number);
  return known.length === 0 ? null : Math.min(...known);
}

const rounded = (rows: number): string => Number(rows.toPrecision(2)).toLocaleString("en");
const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
