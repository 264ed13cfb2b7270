/** The colors of the demo's pictures. */
export const INK = {
  paper: "#12161c",
  panel: "#1a2029",
  rule: "#303a47",
  text: "#eef2f6",
  faint: "#9dabbb",
  path: "#4fd8ff",
  good: "#5fe08a",
} as const;

/** An SVG document as bytes, as sharp takes it. */
export const svgOf = (width: number, height: number, parts: readonly string[]): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${parts.join("")}</svg>`,
  );
