import { z } from "zod";
import { NUMERIC_DATATYPES } from "../protocol/datatypes.ts";
import { preprocessSchema } from "./preprocessContract.ts";

export type { Preprocess } from "./preprocessContract.ts";

const dimensionSchema = z
  .int()
  .min(-1)
  .refine((dimension) => dimension !== 0, "A dimension cannot be 0.");
const nameSchema = z.string().min(1);

/** A file of the model, as its path below the model's folder: `tokenizer.json`, `1/model.onnx`. */
const filePathSchema = z.string().regex(/^(?:[1-9]\d{0,8}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

const numericInput = z.strictObject({
  name: nameSchema,
  datatype: z.enum(NUMERIC_DATATYPES),
  shape: z.array(dimensionSchema),
  /** The graph wants these numbers as the statistics of this name make them: FP32 alone. */
  normalize: nameSchema.optional(),
});

const bytesInput = z.strictObject({
  name: nameSchema,
  datatype: z.literal("BYTES"),
  shape: z.tuple([dimensionSchema]),
  preprocess: preprocessSchema,
});

/** What becomes of the graph's numbers before the caller has them; FP32 alone. */
const postprocessSchema = z.discriminatedUnion("kind", [
  /** Each row divided by its Euclidean length. */
  z.strictObject({ kind: z.literal("unit_length") }),
  /** [N, tokens, D] → [N, D]: the mean over the tokens that `mask`, a tensor fed to the graph, does not hide; unit length. */
  z.strictObject({ kind: z.literal("mean_of_tokens"), mask: nameSchema }),
  /** Normalized actions → the units of the data, by the statistics of this name. Columns beyond the contract's shape are cut. */
  z.strictObject({ kind: z.literal("unnormalize"), statistics: nameSchema }),
]);

const outputSchema = z.strictObject({
  name: nameSchema,
  datatype: z.enum(NUMERIC_DATATYPES),
  shape: z.array(dimensionSchema),
  /** The graph's name of it, where that is another. */
  reads: nameSchema.optional(),
  postprocess: postprocessSchema.optional(),
});

/** The statistics by which a policy was trained: a file beside `model.json`, its key, and the rule. */
const statisticsSchema = z.strictObject({
  file: filePathSchema,
  norm_key: z.string().min(1).max(128),
  method: z.enum(["quantiles", "mean_std", "bounds"]),
});

const startsFree = (tensor: { shape: readonly number[] }): boolean => tensor.shape[0] === -1;

/** What `model.json` beside a model's versions says: its signature, and what happens around the graph. −1 is any size. */
export const modelContractSchema = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    /** Most rows (first dimension) in one run; 1 where the graph takes one request at a time. */
    max_batch: z.int().min(1).max(4096),
    /** Longest wait for company that is known to be there; 0: a batch is what waits when a worker gets free. */
    max_delay_ms: z.number().min(0).max(1000).optional(),
    /** Workers of each device that hold it; absent: all. */
    instances: z.int().min(1).max(64).optional(),
    inputs: z.array(z.union([bytesInput, numericInput])).min(1),
    outputs: z.array(outputSchema).min(1),
    statistics: statisticsSchema.optional(),
    /** SHA-256 of its files, in hexadecimal. With it, a file that is not named or differs is not loaded. */
    sha256: z.record(filePathSchema, z.string().regex(/^[0-9a-f]{64}$/)).optional(),
  })
  .refine(
    ({ inputs, max_batch, outputs }) => max_batch === 1 || [...inputs, ...outputs].every(startsFree),
    "With max_batch over 1, every shape starts with -1.",
  )
  .refine(
    ({ inputs, outputs }) =>
      inputs.every((input) => !("normalize" in input) || input.datatype === "FP32") &&
      outputs.every(({ datatype, postprocess }) => postprocess === undefined || datatype === "FP32"),
    "What is normalized or processed is FP32.",
  )
  .refine(
    ({ inputs, outputs, statistics }) =>
      statistics !== undefined ||
      (inputs.every((input) => !("normalize" in input)) &&
        outputs.every(({ postprocess }) => postprocess?.kind !== "unnormalize")),
    "What is normalized needs statistics.",
  );
export type ModelContract = z.infer<typeof modelContractSchema>;
export type InputContract = ModelContract["inputs"][number];
export type OutputContract = ModelContract["outputs"][number];
