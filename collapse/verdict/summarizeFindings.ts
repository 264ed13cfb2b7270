import type { HarmChannel } from "../contracts/harm.ts";
import type { Measured } from "../contracts/metrics.ts";
import { sayChannel } from "./judgePurpose.ts";
import { sayFinding } from "./sayFinding.ts";

const SENTENCES_AT_MOST = 3;

/**
 * The worst three things in plain words: harm beyond its margin first, then what differs most. One sentence for each
 * kind of metric and for each subject, so that one cause is not told three times.
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
  for (const found of differences) {
    const names = [found.metric, `subject ${found.subject ?? found.dimension}`];
    if (names.some((name) => said.has(name))) continue;
    for (const name of names) said.add(name);
    different.push(sayFinding(found));
  }
  return [...harmful, ...different].slice(0, SENTENCES_AT_MOST);
}
