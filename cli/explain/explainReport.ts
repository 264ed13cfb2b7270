import { DIMENSIONS, type Dimension } from "../../collapse/contracts/metrics.ts";
import type { Finding, Report } from "../../collapse/contracts/report.ts";
import { harmShown, READING_WORDS, readChannel } from "../../collapse/report/text/readChannel.ts";
import { shownNumber } from "../../collapse/report/text/shownNumber.ts";
import { DIMENSION_WORDS, STATUS_WORDS, VERDICT_WORDS } from "../../collapse/report/text/words.ts";
import { METRIC_WORDS, type MetricWords } from "./metricWords.ts";
import { CHANNEL_WORDS, PART_WORDS, VERDICT_EXPLANATIONS, VERDICT_STEPS } from "./topicWords.ts";

type Column = Report["columns"][number];

/** What can be asked for by name, whatever the report. */
export const TOPICS: readonly string[] = [
  "verdict",
  ...Object.keys(PART_WORDS),
  ...DIMENSIONS,
  ...Object.keys(CHANNEL_WORDS),
  ...METRIC_WORDS.keys(),
];

/** Paragraphs about a topic, of a report where one is at hand; null where nobody knows it. */
export function explain(topic: string, report: Report | null): string[] | null {
  if (topic === "verdict") return explainVerdict(report);
  const dimension = DIMENSIONS.find((name) => name === topic);
  if (dimension !== undefined) return explainDimension(dimension, report);
  const words = METRIC_WORDS.get(topic);
  if (words !== undefined) return explainMetric(topic, words, report);
  const named = Object.hasOwn(CHANNEL_WORDS, topic) ? CHANNEL_WORDS[topic] : undefined;
  if (named !== undefined) return [named, ...channelsOf(report, ({ channel }) => channel === topic)];
  const part = Object.hasOwn(PART_WORDS, topic) ? PART_WORDS[topic] : undefined;
  if (part !== undefined) return [part];
  if (report === null) return null;
  const column = report.columns.find(({ name }) => name === topic);
  return column === undefined ? explainUnknownMetric(topic, report) : explainColumn(column, report);
}

/** A metric of a report that another version wrote: what the report itself says of it. */
function explainUnknownMetric(metric: string, report: Report): string[] | null {
  const found = findingsOf(metric, report);
  return found.length === 0 ? null : [...found.map(shownFinding), NULL_WORDS];
}

const findingsOf = (metric: string, { dimensions }: Report): Finding[] =>
  DIMENSIONS.flatMap((name) => dimensions[name].findings).filter((one) => one.metric === metric);

const NULL_WORDS =
  "Its null: the same number of real rows against other real rows, as many a side, hundreds of times; the range beside a value holds 95 % of these. z is the distance from their median in half-widths of the middle 68 %.";

function explainVerdict(report: Report | null): string[] {
  if (report === null) return [...VERDICT_STEPS, ...Object.values(VERDICT_EXPLANATIONS).flat()];
  const { verdict, harm } = report;
  const purposes = (["predictive", "generative"] as const).flatMap((purpose) => {
    const judged = harm[purpose];
    return judged === null ? [] : [`${purpose}: ${judged.verdict}. ${judged.because}`];
  });
  return [
    `${VERDICT_WORDS[verdict].title}. ${VERDICT_WORDS[verdict].means}`,
    ...VERDICT_EXPLANATIONS[verdict],
    ...purposes,
    ...report.summary,
    ...VERDICT_STEPS,
  ];
}

function explainDimension(dimension: Dimension, report: Report | null): string[] {
  const { title, asks } = DIMENSION_WORDS[dimension];
  const metrics = [...METRIC_WORDS].filter(([, words]) => words.dimension === dimension);
  return [
    `${title}: ${asks}`,
    ...(report === null ? [] : statusOf(dimension, report)),
    ...metrics.map(([metric, { measures }]) => `${metric}: ${measures}`),
    "100 is as the reference beside itself; from 70 on it is ok, from 50 on worth a look. The score is no vote on the verdict.",
  ];
}

function statusOf(dimension: Dimension, { dimensions }: Report): string[] {
  const { score, status, findings } = dimensions[dimension];
  const found = score === null ? "not computable" : `${shownNumber(score)} of 100`;
  const none = "No metric of it lies beyond what real rows show among themselves.";
  return [
    `Here: ${found}, ${STATUS_WORDS[status].title}.`,
    ...(findings.length === 0 ? [none] : findings.map(shownFinding)),
  ];
}

function explainMetric(metric: string, words: MetricWords, report: Report | null): string[] {
  const found = report === null ? [] : findingsOf(metric, report);
  const none =
    "Here: not among the findings. It lies within its null, was not computable, or ten others are worse.";
  return [
    `${metric}, of ${words.dimension}: ${words.name}${words.source === null ? "" : ` (${words.source})`}.`,
    words.measures,
    ...(report === null ? [] : found.length === 0 ? [none] : found.map(shownFinding)),
    NULL_WORDS,
    `Usual causes: ${words.causes}`,
    `Look at: ${words.look}`,
  ];
}

function explainColumn(column: Column, report: Report): string[] {
  const findings = DIMENSIONS.flatMap((name) => report.dimensions[name].findings);
  const own = findings.filter(({ subject }) => subject !== null && isAbout(subject, column.name));
  const causes = [...new Set(own.map(({ metric }) => metric))].flatMap((metric) => {
    const words = METRIC_WORDS.get(metric);
    return words === undefined ? [] : [`${metric}: ${words.causes} Look at: ${words.look}`];
  });
  const none = "Nothing that was found is about it.";
  return [
    `${column.name}: read as ${column.kind}, role ${column.role} (${column.because}).`,
    column.analyzed
      ? `Its worst metric lies ${column.z === null ? "–" : shownNumber(column.z)} half-widths from its null's median.`
      : "It is not analyzed.",
    ...(own.length === 0 ? [none] : own.map(shownFinding)),
    ...channelsOf(report, ({ subject }) => subject !== null && isAbout(subject, column.name)),
    ...causes,
  ];
}

/** A column, a part of it (`created (hour)`), or a pair that it is in (`age × income`). */
const isAbout = (subject: string, column: string): boolean =>
  subject.split(" × ").some((name) => name === column || name.startsWith(`${column} (`)) ||
  subject === column;

const shownFinding = ({ says, value, null_low, null_high, z }: Finding): string =>
  `Here: ${says} Value ${shownNumber(value)}; real rows give ${shownNumber(null_low)} to ${shownNumber(null_high)} (z ${shownNumber(z)}).`;

type Channel = NonNullable<Report["harm"]["predictive"]>["channels"][number];

function channelsOf(report: Report | null, isMeant: (channel: Channel) => boolean): string[] {
  return (["predictive", "generative"] as const).flatMap((purpose) =>
    (report?.harm[purpose]?.channels ?? []).filter(isMeant).map((channel) => {
      const shown = (value: number): string => harmShown(purpose, value);
      const of = channel.subject === null ? "" : ` (${channel.subject})`;
      return `Here: ${channel.channel}${of} ${shown(channel.value)}, middle 90 % ${shown(channel.low)} to ${shown(channel.high)}; margin ${shown(channel.margin)}, real rows up to ${shown(channel.null_high)}: ${READING_WORDS[readChannel(channel)]}.`;
    }),
  );
}
