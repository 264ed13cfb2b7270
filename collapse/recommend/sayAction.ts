import type { Measured } from "../contracts/metrics.ts";
import type { Action, Recommendation } from "../contracts/recommendations.ts";

const counted = (rows: number): string => Math.round(rows).toLocaleString("en");
const rowsOf = (rows: number): string => `${counted(rows)} ${rows === 1 ? "row" : "rows"}`;
const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

type Said = Pick<Recommendation, "action" | "parameters" | "rows">;

/** What to do, in one sentence with its numbers; `of` is the rows that the candidate has. */
export function sayAction(
  { action, parameters, rows }: Said,
  of: number,
  measured: readonly Measured[],
): string {
  const { cap = 1, real_share: share = 0 } = parameters;
  const gone = of - rows.kept;
  const says: Readonly<Record<Exclude<Action, "stop">, string>> = {
    drop_flagged: `Drop the ${rowsOf(gone)} that are flagged (${percent(gone / Math.max(1, of))}).`,
    deduplicate: `Keep one of each row: ${rowsOf(gone)} repeat another (${percent(gone / Math.max(1, of))}).`,
    reweight: `Weigh each row by how real it looks, none by more than ${cap} times the mean; rows are left out or repeated for it.`,
    oversample_tails: `Add ${counted(rows.added)} real rows of the outermost tenth, ${percent(share)} of the set.`,
    mix_real: `Mix in ${counted(rows.added)} real rows, ${percent(share)} of the set.`,
    regenerate: `Generate the rows anew: ${sayGenerator(measured)}.`,
  };
  return action === "stop" ? "Do not train on it." : says[action];
}

/** As `sayAction` of `stop`, with what training anyway is expected to lose. */
export function sayStop(chance: number, lost: Recommendation["cost"]): string {
  const share = `harm lies beyond the margin in ${percent(chance)} of the pairs`;
  if (lost === null) return `Do not train on it: ${share}.`;
  const amount = `${Number(lost.amount.toPrecision(3)).toLocaleString("en")} ${lost.currency}`;
  return `Do not train on it: ${share}, so that training anyway is expected to lose ${amount}.`;
}

/** Far enough beyond a null that its sign can be relied on. */
const CLEAR_Z = 6;

/** What the signs of the metrics say of the generator. */
function sayGenerator(measured: readonly Measured[]): string {
  const worst = (names: readonly string[], sign: -1 | 0 | 1): number =>
    measured.reduce((most, { metric, value, nullMedian, z }) => {
      const isMeant = names.includes(metric) && (sign === 0 || Math.sign(value - nullMedian) === sign);
      return isMeant && Number.isFinite(z) ? Math.max(most, Math.abs(z)) : most;
    }, 0);
  const signs: readonly (readonly [number, string])[] = [
    [
      worst(["duplicate_excess"], 1) + worst(["nn1_ratio"], -1),
      "its rows crowd or repeat, so draw from a generator that has not learned single rows by heart, or with a wider bandwidth",
    ],
    [
      worst(["log_variance_ratio", "tail_low_0_5", "tail_high_0_5"], -1),
      "its values are narrower than real ones, so raise the temperature or the bandwidth",
    ],
    [
      worst(["log_variance_ratio", "tail_low_0_5", "tail_high_0_5"], 1),
      "its values are wider than real ones, so lower the temperature or the bandwidth",
    ],
    [
      worst(["fisher_excess", "pair_tvd_excess", "strong_pairs_lost", "correlation_frobenius"], 0),
      "its columns do not hang together as real ones do, so take a generator that models them jointly",
    ],
  ];
  const clear = signs.filter(([z]) => z >= CLEAR_Z).sort(([left], [right]) => right - left);
  return (
    clear
      .slice(0, 2)
      .map(([, says]) => says)
      .join("; ") || "train the generator on more real rows, or take another"
  );
}
