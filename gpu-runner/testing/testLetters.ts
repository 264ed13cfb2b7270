/** Writing without a font: letters of five by seven blocks, for pictures that look alike on every machine. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  A: ["01110", "10001", "10001", "11111", "10001", "10001", "10001"],
  D: ["11110", "10001", "10001", "10001", "10001", "10001", "11110"],
  E: ["11111", "10000", "10000", "11110", "10000", "10000", "11111"],
  J: ["00111", "00010", "00010", "00010", "00010", "10010", "01100"],
  N: ["10001", "11001", "10101", "10101", "10101", "10011", "10001"],
  O: ["01110", "10001", "10001", "10001", "10001", "10001", "01110"],
  R: ["11110", "10001", "10001", "11110", "10100", "10010", "10001"],
  W: ["10001", "10001", "10001", "10101", "10101", "11011", "10001"],
  "7": ["11111", "00001", "00010", "00100", "01000", "01000", "01000"],
};
const ADVANCE = 6;
const MARGIN = 3;

export interface SignLook {
  /** Side of a block; a letter is seven of them high. */
  readonly blockPx: number;
  readonly ink: string;
  readonly paper: string;
  readonly turnDegrees?: number;
}

/** A sign as an SVG picture: one line of letters, with a margin of paper round it. */
export const drawSign = (text: string, { blockPx, ink, paper, turnDegrees = 0 }: SignLook): Buffer => {
  const width = (text.length * ADVANCE - 1 + 2 * MARGIN) * blockPx;
  const height = (7 + 2 * MARGIN) * blockPx;
  const blocks = [...text].flatMap((letter, position) =>
    (LETTERS[letter] ?? []).flatMap((row, y) =>
      [...row].flatMap((filled, x) => {
        if (filled === "0") return [];
        const left = (MARGIN + position * ADVANCE + x) * blockPx;
        return [`<rect x="${left}" y="${(MARGIN + y) * blockPx}" width="${blockPx}" height="${blockPx}"/>`];
      }),
    ),
  );
  const turn = `rotate(${turnDegrees} ${width / 2} ${height / 2})`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" shape-rendering="crispEdges">` +
      `<g transform="${turn}"><rect width="${width}" height="${height}" fill="${paper}"/>` +
      `<g fill="${ink}">${blocks.join("")}</g></g></svg>`,
  );
};
