import type { Aggregate, Frame } from "../contracts/aggregates.ts";
import type { Measure } from "../contracts/metrics.ts";
import { totalVariationByChance, totalVariationSd, weightedBridgeSd } from "./chance.ts";
import { binnedRows, type Counted, countedOf, countsOf, sumByCell, sumByGroup } from "./counted.ts";
import { type Gauge, measureOf } from "./gauge.ts";
import { absentProbability, surelyPresentFrom } from "./rarefy.ts";
import { scaleOf } from "./scale.ts";

/** Standard deviation of the limit of √n_e · KS (Kolmogorov 1933): √(π²/12 − (π/2) ln² 2). */
const KOLMOGOROV_SD = Math.sqrt(Math.PI ** 2 / 12 - (Math.PI / 2) * Math.LN2 ** 2);

/** Tails that are counted apart: name and share of the reference. */
const TAILS = [
  ["0_5", 0.005],
  ["2_5", 0.025],
] as const;

/** D1, column by column: do the values lie where the reference's do, in the middle and in the tails? */
export function measureDistributionFidelity(frame: Frame, reference: Aggregate): Measure {
  const gauges = countedOf(frame, reference).flatMap((counted): Gauge[] => [
    ...(counted.isOrdered ? [ks(counted), wasserstein(counted)] : []),
    ...(counted.variable.kind === "number"
      ? TAILS.flatMap(([name, share]) => [
          tail(counted, `tail_low_${name}`, share, "low"),
          tail(counted, `tail_high_${name}`, share, "high"),
        ])
      : []),
    totalVariation(counted),
    coverage(counted),
  ]);
  return measureOf("distribution_fidelity", gauges);
}

/** Largest difference of the shares below an edge (Kolmogorov and Smirnov). */
function ks(counted: Counted): Gauge {
  return {
    metric: "ks",
    subject: counted.name,
    value: (reference, other) => {
      const [r, c] = [countsOf(counted, reference), countsOf(counted, other)];
      const [n, m] = [binnedRows(counted, reference), binnedRows(counted, other)];
      if (n < 1 || m < 1 || counted.bins < 2) return Number.NaN;
      const [perN, perM] = [1 / n, 1 / m];
      let largest = 0;
      let difference = 0;
      for (let bin = 0; bin < counted.bins - 1; bin++) {
        difference += (r[bin] ?? 0) * perN - (c[bin] ?? 0) * perM;
        const size = difference < 0 ? -difference : difference;
        if (size > largest) largest = size;
      }
      return largest;
    },
    sdAt: (s) => KOLMOGOROV_SD * Math.sqrt(2 / s),
  };
}

/** Mean distance that the rows would have to move (Wasserstein 1), in standard deviations of the reference. */
function wasserstein(counted: Counted): Gauge {
  const { gaps, sd } = scaleOf(counted);
  const weight = gaps.map((gap) => gap / sd);
  const sdPerRoot = sd > 0 ? weightedBridgeSd(counted.below, weight) : Number.NaN;
  return {
    metric: "w1",
    subject: counted.name,
    value: (reference, other) => {
      const [r, c] = [countsOf(counted, reference), countsOf(counted, other)];
      const [n, m] = [binnedRows(counted, reference), binnedRows(counted, other)];
      if (n < 1 || m < 1 || !(sd > 0)) return Number.NaN;
      const [perN, perM] = [1 / n, 1 / m];
      let sum = 0;
      let difference = 0;
      for (let bin = 0; bin < weight.length; bin++) {
        difference += (r[bin] ?? 0) * perN - (c[bin] ?? 0) * perM;
        sum += (difference < 0 ? -difference : difference) * (weight[bin] ?? 0);
      }
      return sum;
    },
    sdAt: (s) => sdPerRoot * Math.sqrt(2 / s),
  };
}

/** ½ Σ |p − q| over at most 64 classes and `unseen`, less what chance makes of it at these sizes. */
function totalVariation(counted: Counted): Gauge {
  const byChance = totalVariationByChance(counted.groupShare);
  const sdPerRoot = totalVariationSd(counted.groupShare);
  const r = new Float64Array(counted.groups);
  const c = new Float64Array(counted.groups);
  return {
    metric: "tvd_excess",
    subject: counted.name,
    value: (reference, other) => {
      const n = sumByGroup(counted, reference, r);
      const m = sumByGroup(counted, other, c);
      if (n < 1 || m < 1 || counted.bins < 2) return Number.NaN;
      let sum = 0;
      for (let group = 0; group < r.length; group++)
        sum += Math.abs((r[group] ?? 0) / n - (c[group] ?? 0) / m);
      return sum / 2 - byChance * Math.sqrt(1 / n + 1 / m);
    },
    sdAt: (s) => sdPerRoot * Math.sqrt(2 / s),
  };
}

/** Log ratio of the shares in one tail, half a row added to either: below 0, the tail is thinner. */
function tail(counted: Counted, metric: string, asked: number, side: "low" | "high"): Gauge {
  const found = tailOf(counted.below, asked, side);
  const [from, to] = side === "low" ? [0, found.edge + 1] : [found.edge + 1, counted.bins];
  const rowsIn = (counts: Float64Array): number => {
    let sum = 0;
    for (let bin = from; bin < to; bin++) sum += counts[bin] ?? 0;
    return sum;
  };
  return {
    metric,
    subject: counted.name,
    value: (reference, other) => {
      const [n, m] = [binnedRows(counted, reference), binnedRows(counted, other)];
      if (n < 1 || m < 1 || found.share === 0) return Number.NaN;
      const r = rowsIn(countsOf(counted, reference)) + 0.5;
      const c = rowsIn(countsOf(counted, other)) + 0.5;
      return Math.log(c / (m + 1) / (r / (n + 1)));
    },
    // The half row bounds the logarithm, so its deviation too where a tail expects no rows.
    sdAt: (s) => Math.sqrt((2 * (1 - found.share)) / (s * found.share + 0.5)),
  };
}

/** The edge whose tail is nearest to the share asked for; none (share 0) where ties leave no tail within a factor of 2. */
function tailOf(below: Float64Array, asked: number, side: "low" | "high"): { edge: number; share: number } {
  let best = { edge: 0, share: 0 };
  below.forEach((shareBelow, edge) => {
    const share = side === "low" ? shareBelow : 1 - shareBelow;
    if (share < asked / 2 || share > asked * 2) return;
    if (best.share === 0 || Math.abs(share - asked) < Math.abs(best.share - asked)) best = { edge, share };
  });
  return best;
}

/**
 * Share of the reference's rows whose code the other set has too, less the share that as many fresh real rows would
 * have (Good and Turing 1953: one minus the share of codes seen once). Below 0, modes or rare levels are lost.
 */
function coverage(counted: Counted): Gauge {
  const r = new Float64Array(counted.cells);
  const c = new Float64Array(counted.cells);
  return {
    metric: "coverage",
    subject: counted.name,
    value: (reference, other) => {
      const [n, m] = [sumByCell(counted, reference, r), sumByCell(counted, other, c)];
      if (n < 2 || m < 1) return Number.NaN;
      const drawn = Math.min(m, n - 1);
      const sure = surelyPresentFrom(n - 1, drawn);
      let missed = 0;
      let expected = 0;
      for (let bin = 0; bin < counted.cells; bin++) {
        const rows = r[bin] ?? 0;
        if (rows === 0) continue;
        if ((c[bin] ?? 0) === 0) missed += rows;
        if (rows <= sure) expected += rows * absentProbability(rows - 1, n - 1, drawn);
      }
      return (expected - missed) / n;
    },
    sdAt: (s) => coverageSd(counted.cellShare, s),
  };
}

/** With counts about Poisson of λ = s · p on both sides: the sum of what each code adds. */
function coverageSd(share: Float64Array, s: number): number {
  let sum = 0;
  for (const p of share) {
    const rows = s * p;
    const none = Math.exp(-rows);
    sum += none * (2 * rows + rows * rows) - 2 * rows * none * none;
  }
  return Math.sqrt(Math.max(0, sum)) / s;
}
