// Text in a grid of terminal cells: a letter is one cell, one of East Asia's or an emoji two, a combining mark none.

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const NONE = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** The cells that a text without control characters takes. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const point of text) cells += NONE.test(point) ? 0 : WIDE.test(point) ? 2 : 1;
  return cells;
}

/** The text in exactly so many cells, at the left of them or at the right; a longer one ends in `…`. */
export function fitCells(text: string, cells: number, align: "left" | "right" = "left"): string {
  const fitting = cellsOf(text) <= cells ? text : `${cutCells(text, cells - 1)}…`;
  const rest = " ".repeat(Math.max(0, cells - cellsOf(fitting)));
  return align === "left" ? fitting + rest : rest + fitting;
}

function cutCells(text: string, cells: number): string {
  let kept = "";
  let taken = 0;
  for (const point of text) {
    taken += cellsOf(point);
    if (taken > cells) break;
    kept += point;
  }
  return kept;
}

/** A text in lines of at most `cells`, broken at spaces; a word that is longer than a line is broken within. */
export function wrapCells(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ +/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (cellsOf(longer) <= cells) line = longer;
    else {
      if (line !== "") lines.push(line);
      line = word;
      while (cellsOf(line) > cells) {
        const part = cutCells(line, cells);
        if (part === "") break;
        lines.push(part);
        line = line.slice(part.length);
      }
    }
  }
  return [...lines, line];
}
