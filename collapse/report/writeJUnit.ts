import { DIMENSIONS, type Dimension } from "../contracts/metrics.ts";
import type { Report } from "../contracts/report.ts";
import { type Markup, markup } from "./html/markup.ts";
import { channelName, harmShown, type PurposeName, READING_WORDS, readChannel } from "./text/readChannel.ts";
import { shownNumber } from "./text/shownNumber.ts";
import { SHOWN, shownText } from "./text/shownText.ts";

/** What a build server shows of one case. */
interface Case {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  readonly message: string;
  readonly lines: readonly string[];
}

/**
 * A report as JUnit XML: a case for each purpose and each dimension. A collapsed purpose and a bad dimension fail;
 * what could not be computed, was not asked for or could not be decided is skipped, for it has not passed either.
 */
export function writeJUnit(report: Report): string {
  const suites = [
    suiteOf(
      "purposes",
      (["predictive", "generative"] as const).map((name) => purposeCase(name, report)),
    ),
    suiteOf(
      "dimensions",
      DIMENSIONS.map((name) => dimensionCase(name, report)),
    ),
  ];
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="headgate check">${suites}
</testsuites>
`.text;
}

function suiteOf(name: string, cases: readonly Case[]): Markup {
  const count = (outcome: Case["outcome"]) => cases.filter((one) => one.outcome === outcome).length;
  return markup`
<testsuite name="${name}" tests="${cases.length}" failures="${count("failed")}" errors="0" skipped="${count("skipped")}">${cases.map((one) => caseOf(name, one))}
</testsuite>`;
}

function caseOf(suite: string, { name, outcome, message, lines }: Case): Markup {
  const inside = {
    passed: markup`<system-out>${lines.join("\n")}</system-out>`,
    failed: markup`<failure message="${message}" type="${suite}">${lines.join("\n")}</failure>`,
    skipped: markup`<skipped message="${message}"/>`,
  }[outcome];
  return markup`
<testcase classname="headgate.${suite}" name="${name}">${inside}</testcase>`;
}

function purposeCase(name: PurposeName, { harm }: Report): Case {
  const found = harm[name];
  if (found === null) return { name, outcome: "skipped", message: "not judged", lines: [] };
  const { verdict, because, channels } = found;
  return {
    name,
    outcome: verdict === "collapsed" ? "failed" : verdict === "healthy" ? "passed" : "skipped",
    message: `${verdict}: ${shownText(because, SHOWN.sentence)}`,
    lines: channels.map(
      (channel) =>
        `${channelName(channel)}: ${harmShown(name, channel.value)} (${harmShown(name, channel.low)} to ` +
        `${harmShown(name, channel.high)}), margin ${harmShown(name, channel.margin)}: ${READING_WORDS[readChannel(channel)]}`,
    ),
  };
}

function dimensionCase(name: Dimension, { dimensions }: Report): Case {
  const { score, status, findings } = dimensions[name];
  const [worst] = findings;
  const scored = score === null ? status : `score ${shownNumber(score)}`;
  return {
    name,
    outcome: status === "bad" ? "failed" : status === "not_computable" ? "skipped" : "passed",
    message: worst === undefined ? scored : `${scored}: ${shownText(worst.says, SHOWN.sentence)}`,
    lines: findings.map(
      ({ says, value, null_low, null_high }) =>
        `${shownText(says, SHOWN.sentence)} [${shownNumber(value)}; null ${shownNumber(null_low)} to ${shownNumber(null_high)}]`,
    ),
  };
}
