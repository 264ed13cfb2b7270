import { styleText } from "node:util";

export type Tone = "good" | "warn" | "bad" | "strong" | "faint";

/** Colors a text by what it means; the words say the same without. */
export type Paint = (tone: Tone, text: string) => string;

const FORMATS = {
  good: "green",
  warn: "yellow",
  bad: "red",
  strong: "bold",
  faint: "dim",
} as const satisfies Record<Tone, Parameters<typeof styleText>[0]>;

/** Whoever calls knows whether anybody sees colors: no stream is asked. */
export const createPaint = (color: boolean): Paint =>
  color ? (tone, text) => styleText(FORMATS[tone], text, { validateStream: false }) : (_, text) => text;
