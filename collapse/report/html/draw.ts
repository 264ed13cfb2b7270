import { shownNumber } from "../text/shownNumber.ts";
import { type Markup, markup } from "./markup.ts";

// Small pictures as SVG: a title for those who hear them, shapes rather than colors for those who see them.

const WIDTH = 320;
const SIDE = 12;
const LABELS_APART = 120;

/** Places numbers on a picture's width; null where one of them is none. */
function axisOf(numbers: readonly number[]): ((value: number) => number) | null {
  if (!numbers.every(Number.isFinite)) return null;
  const least = Math.min(...numbers);
  const span = Math.max(...numbers) - least || 1;
  return (value) => Math.round((SIDE + ((value - least) / span) * (WIDTH - 2 * SIDE)) * 10) / 10;
}

/** A label stays inside the picture: it ends, starts or centers at its place. */
const anchorAt = (x: number): string => (x < WIDTH * 0.2 ? "start" : x > WIDTH * 0.8 ? "end" : "middle");

/** A finding's value (a dot) on the range of the reference against itself (a box); "" where there is no number. */
export function drawFinding(value: number, low: number, high: number): Markup {
  const at = axisOf([value, low, high]);
  if (at === null) return markup``;
  const box = Math.max(3, at(high) - at(low));
  const title = `${shownNumber(value)}; the reference against itself: ${shownNumber(low)} to ${shownNumber(high)}`;
  return markup`<svg viewBox="0 0 ${WIDTH} 22" role="img"><title>${title}</title>
<line class="axis" x1="0" y1="11" x2="${WIDTH}" y2="11"/>
<rect class="band" x="${at(low)}" y="4" width="${box}" height="14" rx="2"/>
<circle class="dot" cx="${at(value)}" cy="11" r="6"/></svg>`;
}

/** What a channel's picture shows. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Where 97.5 % of real rows against real rows lie below. */
  readonly nullHigh: number;
  readonly margin: number;
  /** No harm: 1 for a ratio, 0 for nats. */
  readonly origin: number;
}

/** An interval (a bar with a dot) against its margin (a dashed line), the null's reach as a box from no harm on. */
export function drawInterval(interval: Interval, shown: (value: number) => string): Markup {
  const { value, low, high, nullHigh, margin, origin } = interval;
  const at = axisOf([value, low, high, nullHigh, margin, origin]);
  if (at === null) return markup``;
  const title =
    `${shown(value)}, from ${shown(low)} to ${shown(high)}; margin ${shown(margin)}; ` +
    `real rows against real rows reach ${shown(nullHigh)}`;
  const from = Math.min(at(origin), at(nullHigh));
  return markup`<svg viewBox="0 0 ${WIDTH} 46" role="img"><title>${title}</title>
<line class="axis" x1="0" y1="15" x2="${WIDTH}" y2="15"/>
<rect class="band" x="${from}" y="6" width="${Math.max(3, Math.abs(at(nullHigh) - at(origin)))}" height="18" rx="2"/>
<line class="none" x1="${at(origin)}" y1="2" x2="${at(origin)}" y2="28"/>
<line class="margin" x1="${at(margin)}" y1="0" x2="${at(margin)}" y2="30"/>
<line class="reach" x1="${at(low)}" y1="15" x2="${at(high)}" y2="15"/>
<circle class="dot" cx="${at(value)}" cy="15" r="6"/>
<text x="${at(margin)}" y="42" text-anchor="${anchorAt(at(margin))}">margin ${shown(margin)}</text>${originLabel(at(origin), at(margin))}</svg>`;
}

/** Where no harm is, unless the margin's label stands there. */
const originLabel = (origin: number, margin: number): Markup =>
  Math.abs(origin - margin) < LABELS_APART
    ? markup``
    : markup`<text x="${origin}" y="42" text-anchor="${anchorAt(origin)}">no harm</text>`;

/** A score of 0 to 100 as a bar; an empty one where there is none. */
export function drawScore(score: number | null): Markup {
  const full = Math.min(100, Math.max(0, score ?? 0));
  const title = score === null ? "no score" : `${Math.round(full)} of 100`;
  return markup`<svg viewBox="0 0 102 10" role="img"><title>${title}</title>
<rect class="full" x="1" y="1" width="${Math.round(full * 10) / 10}" height="8"/>
<rect class="track" x="1" y="1" width="100" height="8"/></svg>`;
}
