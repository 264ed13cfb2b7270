import type { Report } from "../../contracts/report.ts";
import {
  type Channel,
  channelName,
  harmShown,
  neededWords,
  type PurposeName,
  READING_WORDS,
  readChannel,
} from "../text/readChannel.ts";
import { PURPOSE_WORDS, VERDICT_WORDS } from "../text/words.ts";
import { drawInterval } from "./draw.ts";
import { type Markup, markup } from "./markup.ts";
import { prose } from "./prose.ts";

/** What a model loses by training on the candidate: per purpose a verdict, per channel an interval on its margin. */
export function harmPart({ harm }: Report): Markup {
  const purposes = (["predictive", "generative"] as const).flatMap((purpose) => {
    const found = harm[purpose];
    return found === null ? [] : [purposePart(purpose, found)];
  });
  if (purposes.length === 0) return markup``;
  return markup`<h2>Harm</h2>
<p class="asks">What a model loses on real rows by training on the candidate instead of as many real rows. The bar is
the middle 90 % of the pairs, the dot their median, the box what real rows do against other real rows, the dashed line
the margin.</p>
${purposes}`;
}

function purposePart(purpose: PurposeName, found: NonNullable<Report["harm"][PurposeName]>): Markup {
  const { sign, title } = VERDICT_WORDS[found.verdict];
  return markup`<section class="part">
<div class="head"><h3>${PURPOSE_WORDS[purpose].title}</h3>
<span class="tag ${found.verdict}">${sign} ${title}</span></div>
<p class="asks">${PURPOSE_WORDS[purpose].asks}</p>
<p>${prose(found.because)}</p>
<ul class="findings">
${found.channels.map((channel) => channelItem(purpose, channel))}
</ul>
</section>`;
}

function channelItem(purpose: PurposeName, channel: Channel): Markup {
  const shown = (value: number) => harmShown(purpose, value);
  const reading = readChannel(channel);
  const needed = neededWords(channel);
  const unit = purpose === "predictive" ? "the error" : "nats a column and row";
  const origin = purpose === "predictive" ? 1 : 0;
  return markup`<li class="channel"><div class="head"><strong><bdi>${channelName(channel)}</bdi></strong>
<span class="tag ${reading}">${reading === "not_resolvable" ? "not resolvable" : `${READING_WORDS[reading]} the margin`}</span></div>
${drawInterval({ ...channel, nullHigh: channel.null_high, origin }, shown)}
<p class="numbers">${shown(channel.value)} ${unit}, ${shown(channel.low)} to ${shown(channel.high)}; real rows against
real rows up to ${shown(channel.null_high)}; margin ${shown(channel.margin)}${needed === null ? "" : `; ${needed}`}</p></li>`;
}
