import type { HarmChannel } from "../contracts/harm.ts";
import type { Measured } from "../contracts/metrics.ts";
import { sayChannel } from "./judgePurpose.ts";
import { sayFinding } from "./sayFinding.ts";

const SENTENCES_AT_MOST = 3;
/** Beyond so many half-widths no finding is surer than another. */
const SURE_FROM = 20;

/** Among findings as sure as each other, what people read most easily comes first. */
const PLAIN_FIRST = [
  "duplicate_excess",
  "tail_low_0_5",
  "tail_high_0_5",
  "tail_low_2_5",
  "tail_high_2_5",
  "missing_rate_change",
  "constraint_violations",
  "correlation_change",
  "cramer_v_change",
  "eta_squared_change",
  "log_variance_ratio",
  "w1",
];

/**
 * The worst three things in plain words: harm beyond its margin first, then what differs most surely. One sentence
 * for each kind of metric and for each subject, so that one cause is not told three times.
 */
export function summarizeFindings(
  channels: readonly HarmChannel[],
  differences: readonly Measured[],
): string[] {
  const harmful = channels
    .filter(({ eligible, value, margin }) => eligible && value > margin)
    .sort((a, b) => b.value / b.margin - a.value / a.margin)
    .slice(0, SENTENCES_AT_MOST - 1)
    .map((channel) => `${sayChannel(channel)}.`);
  const said = new Set<string>();
  const different: string[] = [];
  for (const found of [...differences].sort(bySurenessThenPlainness)) {
    const names = [found.metric, `subject ${found.subject ?? found.dimension}`];
    if (names.some((name) => said.has(name))) continue;
    for (const name of names) said.add(name);
    different.push(sayFinding(found));
  }
  return [...harmful, ...different].slice(0, SENTENCES_AT_MOST);
}

function bySurenessThenPlainness(a: Measured, b: Measured): number {
  const surenessOf = ({ z }: Measured): number => Math.min(Math.abs(z), SURE_FROM);
  const placeOf = ({ metric }: Measured): number =>
    PLAIN_FIRST.includes(metric) ? PLAIN_FIRST.indexOf(metric) : PLAIN_FIRST.length;
  return surenessOf(b) - surenessOf(a) || placeOf(a) - placeOf(b) || Math.abs(b.z) - Math.abs(a.z);
}
