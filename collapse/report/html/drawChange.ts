import { shownNumber } from "../text/shownNumber.ts";
import { type Markup, markup } from "./markup.ts";

const WIDTH = 320;
const SIDE = 12;
/** No harm is at 0, the margin at 1. */
const MARGIN = 1;

/** Harm before (a hollow dot) and after (a dot on its interval), on the margin (a dashed line). */
export function drawChange(
  before: number,
  after: { readonly value: number; readonly low: number; readonly high: number },
): Markup {
  const numbers = [0, MARGIN, before, after.low, after.high];
  if (!numbers.every(Number.isFinite)) return markup``;
  const least = Math.min(...numbers);
  const span = Math.max(...numbers) - least || 1;
  const at = (value: number): number =>
    Math.round((SIDE + ((value - least) / span) * (WIDTH - 2 * SIDE)) * 10) / 10;
  const title =
    `harm ${shownNumber(before)} before, ${shownNumber(after.value)} after ` +
    `(${shownNumber(after.low)} to ${shownNumber(after.high)}); the margin is 1`;
  return markup`<svg viewBox="0 0 ${WIDTH} 30" role="img"><title>${title}</title>
<line class="axis" x1="0" y1="15" x2="${WIDTH}" y2="15"/>
<line class="none" x1="${at(0)}" y1="4" x2="${at(0)}" y2="26"/>
<line class="margin" x1="${at(MARGIN)}" y1="0" x2="${at(MARGIN)}" y2="30"/>
<circle class="track" cx="${at(before)}" cy="15" r="6"/>
<line class="reach" x1="${at(after.low)}" y1="15" x2="${at(after.high)}" y2="15"/>
<circle class="dot" cx="${at(after.value)}" cy="15" r="6"/></svg>`;
}
