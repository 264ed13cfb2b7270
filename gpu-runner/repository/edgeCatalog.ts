import type { ModelContract } from "./modelContract.ts";

/** What the gate sends to a model and reads of its answer: names, and the dimensions behind the rows. */
interface ModelPromise {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly dimensions: readonly number[];
}

/**
 * The models that the gate knows by name, as it relies on them: BYTES in, FP32 out. It is the same as the gate's own
 * catalog, which this room may not import; a test holds the two together.
 */
export const EDGE_CATALOG: Readonly<Record<string, ModelPromise>> = {
  "visual-servo": { inputs: ["image", "instruction"], output: "actions", dimensions: [8, 7] },
  "lexical-384": { inputs: ["text"], output: "embedding", dimensions: [384] },
  "visual-512": { inputs: ["image"], output: "embedding", dimensions: [512] },
  "perceptual-64": { inputs: ["image"], output: "bits", dimensions: [64] },
  "pixels-contain-224": { inputs: ["image"], output: "pixels", dimensions: [224, 224, 3] },
  "pixels-fill-224": { inputs: ["image"], output: "pixels", dimensions: [224, 224, 3] },
  "minilm-l6-384": { inputs: ["text"], output: "embedding", dimensions: [384] },
  "clip-vit-b32-512": { inputs: ["image"], output: "embedding", dimensions: [512] },
};

/** What a contract does not keep of what the gate relies on, in one clause; null where all is kept, or nothing relied on. */
export const breaksPromise = ({ inputs, name, outputs }: ModelContract): string | null => {
  const promise = Object.hasOwn(EDGE_CATALOG, name) ? EDGE_CATALOG[name] : undefined;
  if (promise === undefined) return null;
  const names = inputs.map((input) => input.name);
  const isFed = promise.inputs.every((wanted) =>
    inputs.some((input) => input.name === wanted && input.datatype === "BYTES"),
  );
  if (!isFed || names.length !== promise.inputs.length)
    return `'${name}' takes BYTES ${promise.inputs.join(" and ")}, not ${names.join(" and ")}`;
  const output = outputs.find((one) => one.name === promise.output);
  const kept =
    output?.datatype === "FP32" && output.shape.slice(1).join("x") === promise.dimensions.join("x");
  return kept ? null : `'${name}' gives ${promise.output} of [rows,${promise.dimensions.join(",")}] in FP32`;
};
