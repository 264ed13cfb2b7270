import type { Rate } from "./rates.ts";
import type { JudgedCase, Summary } from "./summarize.ts";

/** Everything of a run as text: N first, then one block for each judge, purpose and arm. */
export function writeSummary(cases: readonly JudgedCase[], summaries: readonly Summary[]): string {
  const datasets = new Set(cases.map(({ dataset }) => dataset)).size;
  const families = new Set(cases.map(({ family }) => family)).size;
  const head = `${cases.length} cases of ${datasets} data sets and ${families} families. Intervals: 95 %, exact (Clopper and Pearson), then over data sets.`;
  return [head, ...summaries.map(blockOf)].join("\n\n");
}

function blockOf(summary: Summary): string {
  const { judge, purpose, arm, grey, notResolvable } = summary;
  const lines: readonly (readonly [string, Rate])[] = [
    ["false negatives (collapsed called healthy)", summary.falseNegatives],
    ["false positives (healthy called collapsed)", summary.falsePositives],
    ["real rows and benign shifts called collapsed", summary.benignFlagged],
    ["decided", summary.decided],
    ...summary.decidedAt.map(({ size, rate }) => [`decided at ${size} rows a side`, rate] as const),
    ["right among decided", summary.right],
    ["wrong or undecided", summary.strictlyWrong],
  ];
  return [
    `${judge}, ${purpose}, reference: ${arm === "seen" ? "the generator's rows" : "other real rows"}; left out ${grey} grey, ${notResolvable} not resolvable`,
    ...lines.map(([name, rate]) => `  ${name.padEnd(46)} ${written(rate)}`),
  ].join("\n");
}

function written({ hits, cases, exact, clustered, worst }: Rate): string {
  if (cases === 0) return "no cases";
  const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;
  const between =
    clustered === null ? "one data set" : `${percent(clustered.low)} to ${percent(clustered.high)}`;
  const share = `${hits} of ${cases} = ${percent(hits / cases)} (${percent(exact.low)} to ${percent(exact.high)}; ${between})`;
  return worst === null ? share : `${share}; most: ${worst.family} ${worst.hits} of ${worst.cases}`;
}
