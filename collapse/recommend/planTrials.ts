import type { RowSample } from "../contracts/aggregates.ts";
import type { RowSet } from "../contracts/rows.ts";
import type { Weigher } from "./fitWeigher.ts";
import { type Trial, UNCHANGED } from "./trial.ts";
import { copyCounter, type Weights, weightOf, weightsOf } from "./weighRows.ts";

/** Real rows that a set would then hold; the least that does it is offered. */
const REAL_SHARES = [0.01, 0.03, 0.1, 0.3, 0.5];
const OUTERMOST_SHARES = [0.03, 0.1];
/** Weights in means: more of a few rows is less of all others. */
const CAPS = [3, 10];
/** A change of fewer rows than this share changes nothing that can be measured. */
const LEAST_CHANGE = 0.001;

export interface TrialInput {
  readonly candidate: RowSample;
  /** Of the candidate's sample, those that a trial may train on, bucket by bucket. */
  readonly rows: Uint32Array;
  readonly flagged: RowSet | null;
  readonly weigher: Weigher | null;
}

/** Weights by the cap of the trial that takes them. */
export type CappedWeights = ReadonlyMap<number, Weights>;

/** All that is tried, the unchanged set first; and the weights of those that weigh. */
export function planTrials(input: TrialInput): { trials: readonly Trial[]; weights: CappedWeights } {
  const { candidate, rows, flagged, weigher } = input;
  const dropping = [
    ...(flagged === null
      ? []
      : [dropped("drop_flagged", candidate, (row) => flagged.has(candidate.index[row] ?? -1))]),
    dropped("deduplicate", candidate, repeatsOf(candidate)),
  ].filter((trial) => changedShare(trial, rows) >= LEAST_CHANGE);
  const [flagging, repeating] = dropping;
  // Copies that are flagged go by either name: one is enough.
  if (flagging && repeating && rows.every((row) => flagging.copies?.[row] === repeating.copies?.[row]))
    dropping.shift();
  const ratios = weigher?.ratios(candidate, rows) ?? null;
  const weights = new Map(ratios === null ? [] : CAPS.map((cap) => [cap, weightsOf(ratios, cap)]));
  const weighing = [...weights].map(
    ([cap, of]): Trial => ({
      ...UNCHANGED,
      action: "reweight",
      parameters: { cap },
      copies: copiesOf(candidate.rows, rows, ratios ?? new Float64Array(0), of),
    }),
  );
  return { trials: [UNCHANGED, ...dropping, ...weighing, ...adding()], weights };
}

const adding = (): readonly Trial[] => [
  ...OUTERMOST_SHARES.map(
    (realShare): Trial => ({
      ...UNCHANGED,
      action: "oversample_tails",
      parameters: { real_share: realShare },
      realShare,
      realRows: "outermost",
    }),
  ),
  ...REAL_SHARES.map(
    (realShare): Trial => ({
      ...UNCHANGED,
      action: "mix_real",
      parameters: { real_share: realShare },
      realShare,
    }),
  ),
];

function dropped(
  action: "drop_flagged" | "deduplicate",
  { rows }: RowSample,
  goes: (row: number) => boolean,
): Trial {
  return { ...UNCHANGED, action, copies: Uint8Array.from({ length: rows }, (_, row) => (goes(row) ? 0 : 1)) };
}

/** Whether a row equals another of the sample that comes before it in the table. */
function repeatsOf({ rows, digest, index }: RowSample): (row: number) => boolean {
  const first = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const key = digest[row] ?? 0;
    first.set(key, Math.min(first.get(key) ?? Number.POSITIVE_INFINITY, index[row] ?? 0));
  }
  return (row) => first.get(digest[row] ?? 0) !== index[row];
}

const changedShare = ({ copies }: Trial, rows: Uint32Array): number =>
  rows.filter((row) => copies?.[row] === 0).length / Math.max(1, rows.length);

function copiesOf(size: number, rows: Uint32Array, ratios: Float64Array, weights: Weights): Uint8Array {
  const copies = new Uint8Array(size);
  const count = copyCounter();
  rows.forEach((row, at) => {
    copies[row] = count(weightOf(weights, ratios[at] ?? 0));
  });
  return copies;
}
