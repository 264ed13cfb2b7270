import { z } from "zod";
import { NUMERIC_DATATYPES } from "../protocol/datatypes.ts";

const dimensionSchema = z
  .int()
  .min(-1)
  .refine((dimension) => dimension !== 0, "A dimension cannot be 0.");
const feedSchema = z.string().min(1);

/** How the bytes that a caller sends become the tensor that the graph eats. */
export const preprocessSchema = z.discriminatedUnion("kind", [
  /** An encoded JPEG, PNG or WebP per row → UINT8 [N, height, width, channels]; `contain` pads with black, transparent in RGBA. */
  z.strictObject({
    kind: z.literal("image"),
    feeds: feedSchema,
    width_px: z.int().min(1).max(4096),
    height_px: z.int().min(1).max(4096),
    channels: z.union([z.literal(3), z.literal(4)]),
    fit: z.enum(["contain", "fill"]),
    /** The filter that resizes: `linear` is a triangle, as wide as a pixel of the result. */
    kernel: z.enum(["lanczos3", "linear"]).optional(),
  }),
  /** An instruction per row → the color that it names, as FP32 [N, 9]. */
  z.strictObject({ kind: z.literal("target_color"), feeds: feedSchema }),
  /** A text per row → hashed n-gram counts, as FP32 [N, buckets]. */
  z.strictObject({
    kind: z.literal("ngram_counts"),
    feeds: feedSchema,
    buckets: z.int().min(16).max(65_536),
  }),
]);
export type Preprocess = z.infer<typeof preprocessSchema>;

const numericInput = z.strictObject({
  name: z.string().min(1),
  datatype: z.enum(NUMERIC_DATATYPES),
  shape: z.array(dimensionSchema),
});

const bytesInput = z.strictObject({
  name: z.string().min(1),
  datatype: z.literal("BYTES"),
  shape: z.tuple([dimensionSchema]),
  preprocess: preprocessSchema,
});

const startsFree = (tensor: { shape: readonly number[] }): boolean => tensor.shape[0] === -1;

/** What `model.json` beside a model's versions says: its signature, and what happens before the graph. −1 is any size. */
export const modelContractSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    /** Most rows (first dimension) in one run; 1 where the graph takes one request at a time. */
    max_batch: z.int().min(1).max(4096),
    inputs: z.array(z.union([bytesInput, numericInput])).min(1),
    outputs: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          datatype: z.enum(NUMERIC_DATATYPES),
          shape: z.array(dimensionSchema),
        }),
      )
      .min(1),
  })
  .refine(
    ({ inputs, max_batch, outputs }) => max_batch === 1 || [...inputs, ...outputs].every(startsFree),
    "With max_batch over 1, every shape starts with -1.",
  );
export type ModelContract = z.infer<typeof modelContractSchema>;
export type InputContract = ModelContract["inputs"][number];
