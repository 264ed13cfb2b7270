import type { Frame } from "../contracts/aggregates.ts";
import type { HarmChannel } from "../contracts/harm.ts";
import type { HarmTables, LogRatio } from "../harm/measurePrediction.ts";
import type { DrawnTrials } from "./drawTrials.ts";
import { generateTrials } from "./generateTrials.ts";
import type { JudgingHalf } from "./judgingHalves.ts";
import { predictTrials } from "./predictTrials.ts";

/** By half, trial and pair: harm over its margin, of the worst channel that counts. */
export type TrialHarm = readonly (readonly (readonly number[])[])[];

/** Of the ratios of all targets, or of the nats, what a channel of a check makes of them. */
const READERS: Readonly<Record<string, (ratios: readonly LogRatio[], nats: number) => number>> = {
  mean: (ratios) => mean(ratios.map(({ all }) => all)),
  worst_target: (ratios) => Math.max(...ratios.map(({ all }) => all)),
  tail: (ratios) => mean(ratios.map(({ tail }) => tail)),
  tree_nats: (_, nats) => nats,
};

/** The channels that a trial can be measured on. The discriminator trains no model on a set, and is none of them. */
export const triedChannels = (channels: readonly HarmChannel[]): readonly HarmChannel[] =>
  channels.filter(({ channel, eligible }) => eligible && Object.hasOwn(READERS, channel));

/**
 * Trains the proxies of a check on every trial, and measures harm as the check does: in margins, of the worst of the
 * channels given.
 */
export function measureTrials(
  tables: HarmTables & { readonly frame: Frame },
  drawn: DrawnTrials,
  halves: readonly JudgingHalf[],
  channels: readonly HarmChannel[],
  options: { readonly seed: number; readonly target: string | null },
): TrialHarm {
  const asks = (purpose: HarmChannel["purpose"]): boolean => channels.some((one) => one.purpose === purpose);
  const asksTail = channels.some(({ channel }) => channel === "tail");
  const ratios = asks("predictive") ? predictTrials(tables, drawn, halves, { ...options, asksTail }) : [];
  const nats = asks("generative") ? generateTrials(tables, drawn, halves) : [];
  const trials = drawn.pairs[0]?.sides ?? [];
  return halves.map((_, half) =>
    trials.map((__, trial) =>
      drawn.pairs.map((___, pair) =>
        Math.max(
          ...channels.map(({ channel, margin }) => {
            const value = READERS[channel]?.(
              ratios[half]?.[pair]?.[trial] ?? [],
              nats[half]?.[pair]?.[trial] ?? 0,
            );
            return value === undefined || !Number.isFinite(value) ? 0 : value / margin;
          }),
        ),
      ),
    ),
  );
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
