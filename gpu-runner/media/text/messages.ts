import type { ScoredBox } from "../box.ts";
import type { GrayPicture } from "./grayPicture.ts";

/** What a text thread is asked; one picture at a time. */
export interface TextRequest {
  readonly picture: GrayPicture;
}

/** What it answers. */
export type TextReply =
  | { readonly kind: "found"; readonly boxes: readonly ScoredBox[] }
  | { readonly kind: "failed"; readonly reason: string };
