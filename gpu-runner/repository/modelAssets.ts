import type { TokenizeText } from "../preprocess/tokenizeTexts.ts";
import type { Statistics } from "./readStatistics.ts";

/** What a model has beside its graph: tokenizers by their file, and the statistics of its training. */
export interface ModelAssets {
  readonly tokenizers: ReadonlyMap<string, TokenizeText>;
  readonly statistics: Statistics | null;
}

/** Of a model that is nothing but a graph. */
export const NO_ASSETS: ModelAssets = { tokenizers: new Map(), statistics: null };
