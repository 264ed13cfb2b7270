import type { Orientation } from "./orientation.ts";

export interface StrippedImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: "image/jpeg" | "image/png" | "image/webp";
  /** How a viewer turns the pixels; where it is not 1, `bytes` carry that one EXIF tag, written anew. */
  readonly orientation: Orientation;
}

/** Why an image cannot be stripped: then it cannot be kept either. */
export type StripFailure = "unsupported_format" | "broken" | "animated";
