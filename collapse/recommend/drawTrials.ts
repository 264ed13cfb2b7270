import type { RowSample } from "../contracts/aggregates.ts";
import type { SplitRows } from "../harm/splitRows.ts";
import { takeEvenly } from "../harm/takeEvenly.ts";
import { type Random, seededRandom, shuffledIndices } from "../numerics/random.ts";
import { isOutermost, type Outermost } from "./outermost.ts";
import type { Trial } from "./trial.ts";

const MOST_TRAINED = 2_000;
/** Rows to draw from, per row of a side: the draws of two pairs are not to be the same. */
const LEAST_POOL = 1.25;
/** A side is ten pieces; the pools hold twice as many of the candidate's and two and a half times of real rows. */
const PIECES = 10;
const CANDIDATE_PIECES = 20;
const REAL_PIECES = 25;
/** A hundredth of a side is the least that is mixed in. */
const UNITS = 100;
const UNIT_PIECES = 20;

/** Rows of one sample that train together. */
export interface Piece {
  readonly of: "reference" | "candidate";
  readonly rows: Uint32Array;
}

/** What one pair trains on, by the places of pieces. */
interface TrialPair {
  /** As many real rows as a side has. */
  readonly left: readonly number[];
  /** Of each trial its side. */
  readonly sides: readonly (readonly number[])[];
}

/** The sides of all trials, pair by pair. */
export interface DrawnTrials {
  readonly pieces: readonly Piece[];
  /** Pieces of real rows, that a penalty is chosen by. */
  readonly real: readonly number[];
  readonly pairs: readonly TrialPair[];
  readonly trainedRows: number;
}

interface Pools {
  /** Of each trial its pieces: the candidate's own, changed; those that a trial leaves as they are it shares. */
  readonly trials: readonly (readonly number[])[];
  readonly real: readonly number[];
  /** Of a hundredth of a side each. */
  readonly realUnits: readonly number[];
  readonly outermostUnits: readonly number[];
}

/**
 * Draws what each trial trains on: in every pair the same pieces of the candidate, changed by the trial, so that what
 * chance does to a draw it does to all trials alike. A trial that drops rows trains on fewer; real rows take the
 * place of others, or are added where they are less than a tenth. Null where a side would be below a hundred rows.
 */
export function drawTrials(
  reference: RowSample,
  outermost: Outermost,
  rows: Pick<SplitRows, "train" | "candidate">,
  trials: readonly Trial[],
  options: { readonly seed: number; readonly pairs: number },
): DrawnTrials | null {
  const most = Math.min(MOST_TRAINED, Math.min(rows.train.length, rows.candidate.length) / LEAST_POOL);
  const unit = Math.floor(most / UNITS);
  if (unit === 0) return null;
  const pieces: Piece[] = [];
  const pools = cutPools(reference, outermost, rows, trials, unit, pieces);
  const random = seededRandom(options.seed, "trial sides");
  const pairs = Array.from({ length: options.pairs }, () => drawPair(pools, trials, random));
  return { pieces, real: pools.real, pairs, trainedRows: PIECES * unit * (UNITS / PIECES) };
}

function cutPools(
  reference: RowSample,
  outermost: Outermost,
  rows: Pick<SplitRows, "train" | "candidate">,
  trials: readonly Trial[],
  unit: number,
  pieces: Piece[],
): Pools {
  const size = unit * (UNITS / PIECES);
  const add = (of: Piece["of"], chosen: Uint32Array): number => pieces.push({ of, rows: chosen }) - 1;
  const own = cut(takeEvenly(rows.candidate, CANDIDATE_PIECES * size), size);
  const unchanged = own.map((piece) => add("candidate", piece));
  const real = cut(takeEvenly(rows.train, REAL_PIECES * size), size);
  const [first = new Uint32Array(0), second = first] = real.slice(-2);
  const outer = rows.train.filter((row) => isOutermost(outermost, reference, row));
  const units = (from: Uint32Array): readonly number[] =>
    cut(takeEvenly(from, UNIT_PIECES * unit), unit).map((piece) => add("reference", piece));
  return {
    trials: trials.map(({ copies }) =>
      own.map((piece, at) => {
        const changed = repeated(piece, copies);
        return changed === piece ? (unchanged[at] ?? 0) : add("candidate", changed);
      }),
    ),
    real: real.map((piece) => add("reference", piece)),
    realUnits: units(Uint32Array.of(...first, ...second)),
    outermostUnits: units(outer),
  };
}

function cut(rows: Uint32Array, size: number): Uint32Array[] {
  return Array.from({ length: Math.floor(rows.length / size) }, (_, piece) =>
    rows.subarray(piece * size, (piece + 1) * size),
  );
}

/** The rows, each as often as it is taken; the same array where that is once. */
function repeated(rows: Uint32Array, copies: Uint8Array | null): Uint32Array {
  if (copies === null || rows.every((row) => copies[row] === 1)) return rows;
  return Uint32Array.from([...rows].flatMap((row) => Array<number>(copies[row] ?? 0).fill(row)));
}

function drawPair(pools: Pools, trials: readonly Trial[], random: Random): TrialPair {
  const chosen = shuffledIndices(pools.trials[0]?.length ?? 0, random).subarray(0, PIECES);
  const real = shuffled(pools.real, random);
  const units = { any: shuffled(pools.realUnits, random), outermost: shuffled(pools.outermostUnits, random) };
  const sides = trials.map(({ realShare, realRows }, trial) => {
    const replaced = Math.round(PIECES * realShare);
    const own = [...chosen].slice(replaced).map((piece) => pools.trials[trial]?.[piece] ?? 0);
    // From the end on: these are the pieces that the left side has not, where there are enough.
    if (realRows === "any" && replaced > 0) return [...own, ...real.slice(-replaced)];
    const added = units[realRows];
    const count = added.length === 0 ? 0 : Math.round(UNITS * realShare);
    return [...own, ...Array.from({ length: count }, (_, at) => added[at % added.length] ?? 0)];
  });
  return { left: real.slice(0, PIECES), sides };
}

const shuffled = (places: readonly number[], random: Random): readonly number[] =>
  [...shuffledIndices(places.length, random)].map((at) => places[at] ?? 0);
