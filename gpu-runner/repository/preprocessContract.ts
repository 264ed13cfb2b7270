import { z } from "zod";

const feedSchema = z.string().min(1);
const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** How the bytes that a caller sends become the tensors that the graph eats. */
export const preprocessSchema = z.discriminatedUnion("kind", [
  /**
   * An encoded JPEG, PNG or WebP per row → UINT8 [N, height, width, channels]. `contain` pads with black, transparent
   * in RGBA; `cover` cuts what hangs over, on both sides alike. With `normalize` → FP32 [N, 3, height, width] of
   * (value ÷ 255 − mean) ÷ std.
   */
  z.strictObject({
    kind: z.literal("image"),
    feeds: feedSchema,
    width_px: z.int().min(1).max(4096),
    height_px: z.int().min(1).max(4096),
    channels: z.union([z.literal(3), z.literal(4)]),
    fit: z.enum(["contain", "cover", "fill"]),
    /** The filter that resizes: `linear` is a triangle, as wide as a pixel of the result. */
    kernel: z.enum(["lanczos3", "cubic", "linear"]).optional(),
    normalize: z.strictObject({ mean: perChannel, std: perChannel }).optional(),
  }),
  /** An instruction per row → the color that it names, as FP32 [N, 9]. */
  z.strictObject({ kind: z.literal("target_color"), feeds: feedSchema }),
  /** A text per row → hashed n-gram counts, as FP32 [N, buckets]. */
  z.strictObject({
    kind: z.literal("ngram_counts"),
    feeds: feedSchema,
    buckets: z.int().min(16).max(65_536),
  }),
  /** A text per row → INT64 [N, tokens] of token numbers, cut at `max_tokens`, zeros behind; mask and types where named. */
  z.strictObject({
    kind: z.literal("tokens"),
    feeds: feedSchema,
    mask_feeds: feedSchema.optional(),
    types_feeds: feedSchema.optional(),
    /** In the form of Hugging Face's `tokenizer.json`, beside `model.json`. */
    file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    max_tokens: z.int().min(2).max(8192),
  }),
]);
export type Preprocess = z.infer<typeof preprocessSchema>;
export type ImagePreprocess = Extract<Preprocess, { readonly kind: "image" }>;
export type TokenPreprocess = Extract<Preprocess, { readonly kind: "tokens" }>;
