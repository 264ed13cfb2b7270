import type { Report } from "../../contracts/report.ts";
import {
  type Channel,
  channelName,
  harmShown,
  neededWords,
  type PurposeName,
  READING_WORDS,
  type Reading,
  readChannel,
} from "../text/readChannel.ts";
import { PURPOSE_WORDS, VERDICT_WORDS } from "../text/words.ts";
import { intervalBar } from "./bars.ts";
import { layTable } from "./layTable.ts";
import type { Paint, Tone } from "./paint.ts";
import { heading, item, VERDICT_TONES } from "./verdictLines.ts";

const BAR_CELLS = 20;
/** Below it the picture of the interval gives its place to the numbers. */
const BAR_FROM_WIDTH = 100;
/** Below it a channel is a sentence, not a row. */
const TABLE_FROM_WIDTH = 72;
const TONES = {
  over: "bad",
  under: "good",
  across: "warn",
  not_resolvable: "faint",
} as const satisfies Record<Reading, Tone>;

/** What a model loses by training on the candidate, per purpose, each channel beside its margin. */
export function harmLines({ harm }: Report, width: number, paint: Paint): string[] {
  const purposes = (["predictive", "generative"] as const).flatMap((purpose) => {
    const found = harm[purpose];
    if (found === null) return [];
    const { sign, title } = VERDICT_WORDS[found.verdict];
    const verdict = paint(VERDICT_TONES[found.verdict], `${sign} ${title.toLowerCase()}`);
    return [
      `  ${PURPOSE_WORDS[purpose].title}: ${verdict}`,
      ...item("    ", found.because, width),
      ...channelLines(purpose, found.channels, width, paint),
      ...found.channels.flatMap((channel) => neededLines(channel, width)),
    ];
  });
  if (purposes.length === 0) return [];
  const title = "Harm: what a model loses on real rows by training on the candidate";
  return [...heading(title, width, paint), ...purposes];
}

function channelLines(
  purpose: PurposeName,
  channels: readonly Channel[],
  width: number,
  paint: Paint,
): string[] {
  if (channels.length === 0) return [];
  if (width < TABLE_FROM_WIDTH)
    return channels.flatMap((channel) => item("    - ", channelSentence(purpose, channel), width));
  const drawn = width >= BAR_FROM_WIDTH;
  const unit = purpose === "predictive" ? "error" : "nats";
  const head = ["channel", unit, "middle 90 %", "margin", "reading", drawn ? "○ none  │ margin" : ""];
  const rows = channels.map((channel) => [
    channelName(channel),
    harmShown(purpose, channel.value),
    intervalOf(purpose, channel),
    harmShown(purpose, channel.margin),
    READING_WORDS[readChannel(channel)],
    drawn ? intervalBar(channel, purpose === "predictive" ? 1 : 0, BAR_CELLS) : "",
  ]);
  const toneOf = (row: number): Tone => {
    const channel = channels[row - 1];
    return channel === undefined ? "faint" : TONES[readChannel(channel)];
  };
  return layTable(
    [
      { flexible: true },
      { align: "right" },
      {},
      { align: "right" },
      { paint: (text, row) => paint(toneOf(row), text) },
      {},
    ],
    [head, ...rows],
    width - 4,
  ).map((line) => `    ${line}`);
}

const intervalOf = (purpose: PurposeName, { low, high }: Channel): string =>
  `${harmShown(purpose, low)} to ${harmShown(purpose, high)}`;

const channelSentence = (purpose: PurposeName, channel: Channel): string =>
  `${channelName(channel)}: ${harmShown(purpose, channel.value)} (${intervalOf(purpose, channel)}), ` +
  `margin ${harmShown(purpose, channel.margin)}: ${READING_WORDS[readChannel(channel)]}`;

function neededLines(channel: Channel, width: number): string[] {
  const needed = neededWords(channel);
  return needed === null ? [] : item("    ", `${channelName(channel)}: ${needed}.`, width);
}
