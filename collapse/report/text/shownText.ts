/** Marks that turn the direction of what stands around them; the letters of right-to-left scripts are none. */
const DIRECTION_MARKS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

/**
 * A text of somebody else (a column's name, a file's, a level in a sentence) as it may stand in a report: no control
 * character reaches a terminal, no mark turns the line around, XML 1.0 can carry it, and it is at most `limit` code
 * points long; a longer one loses its middle, for names that share a beginning differ at the end.
 */
export function shownText(text: string, limit: number): string {
  // Twice the limit is enough of either end, and a name of many megabytes is not walked through.
  const near = text.length > 4 * limit ? `${text.slice(0, 2 * limit)}${text.slice(-2 * limit)}` : text;
  const points = [...near.toWellFormed().replace(CONTROLS, "\ufffd").replace(DIRECTION_MARKS, "\ufffd")];
  if (points.length <= limit) return points.join("");
  const front = Math.ceil((limit - 1) / 2);
  return `${points.slice(0, front).join("")}…${points.slice(points.length - (limit - 1 - front)).join("")}`;
}

/** How many code points of each are shown. */
export const SHOWN = { name: 120, reason: 200, sentence: 500 } as const;
