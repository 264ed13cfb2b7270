import { ACTIONS } from "../../../collapse/contracts/recommendations.ts";
import { clopperPearson } from "../verdicts/clopperPearson.ts";
import { median } from "./labelHarm.ts";
import type { TriedAction, TriedCase } from "./tryCase.ts";

/**
 * How often an action that is said to help does, per action; and the regret of the first one: harm that it leaves,
 * less what the best tried action leaves, as a share of the harm before. No harm is as good as less than none.
 */
export function describeTries(cases: readonly TriedCase[]): string {
  const helping = cases.flatMap(({ actions }) => actions.filter(({ helps }) => helps));
  const rows = [
    ...ACTIONS.map((action) =>
      rowOf(
        action,
        helping.filter((one) => one.action === action),
      ),
    ),
    rowOf("all", helping),
  ].flatMap((row) => row ?? []);
  const regrets = cases.flatMap((one) => regretOf(one) ?? []);
  const none = cases.length - regrets.length;
  return [
    "| action | said to help | helped | share | 95 % sure above | median change foretold | found |",
    "|---|---|---|---|---|---|---|",
    ...rows,
    "",
    `${cases.length} cases and purposes with harm beyond its margin; in ${none} of them nothing is said to help.`,
    `Median regret of the first recommendation: ${percent(median(regrets))} of the harm before (90 % of the cases below ${percent(quantile(regrets, 0.9))}).`,
  ].join("\n");
}

function rowOf(name: string, tried: readonly TriedAction[]): string | null {
  if (tried.length === 0) return null;
  const right = tried.filter(({ found }) => found < 0).length;
  const cells = [
    name,
    tried.length,
    right,
    percent(right / tried.length),
    percent(clopperPearson(right, tried.length, 0.9).low),
    median(tried.map(({ foretold }) => foretold)).toFixed(2),
    median(tried.map(({ found }) => found)).toFixed(2),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Null where nothing is said to help: then nobody is told to do anything of what was tried. */
function regretOf({ before, actions }: TriedCase): number | null {
  const first = actions.find(({ helps }) => helps);
  if (first === undefined) return null;
  const left = (found: number): number => Math.max(0, before + found);
  const best = Math.min(before, ...actions.map(({ found }) => left(found)));
  return (left(first.found) - Math.max(0, best)) / Math.max(1, before);
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
