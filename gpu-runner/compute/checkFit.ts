import type { InferenceSession } from "onnxruntime-node";
import { type FeedShape, feedsOf } from "../preprocess/feeds.ts";
import { NUMERIC } from "../protocol/datatypes.ts";
import type { ModelContract, OutputContract } from "../repository/modelContract.ts";

type Metadata = InferenceSession.ValueMetadata;
type Found = { readonly type: string; readonly shape: readonly (number | string)[] };

/** What the graph says of one of its tensors; null where it has none of that name. */
const find = (metadata: readonly Metadata[], name: string): Found | null => {
  const found = metadata.find((one) => one.name === name);
  return found?.isTensor === true ? found : null;
};

const write = (shape: readonly (number | string)[]): string => `[${shape.join(",")}]`;

const misfit = (
  what: string,
  wanted: FeedShape,
  found: Found | null,
  fits: (wanted: number, found: number) => boolean,
): string | null => {
  if (found === null) return `the graph has no ${what} '${wanted.name}'`;
  const element = NUMERIC[wanted.datatype].element;
  if (found.type !== element) return `the graph's ${what} '${wanted.name}' is ${found.type}, not ${element}`;
  // A graph that does not say its shape says nothing against it.
  if (found.shape.length === 0) return null;
  const isLike =
    found.shape.length === wanted.shape.length &&
    found.shape.every((dimension, axis) =>
      typeof dimension === "number" && dimension > 0 ? fits(wanted.shape[axis] ?? 0, dimension) : true,
    );
  if (isLike) return null;
  return `the graph's ${what} '${wanted.name}' is ${write(found.shape)}, not ${write(wanted.shape)}`;
};

/** The shape in which the graph gives an output, before anything becomes of it. */
const givenShape = ({ postprocess, shape }: OutputContract): readonly number[] => {
  switch (postprocess?.kind) {
    case "mean_of_tokens":
      return [shape[0] ?? -1, -1, shape[1] ?? -1];
    // Columns beyond the contract's are cut.
    case "unnormalize":
      return [...shape.slice(0, -1), -1];
    default:
      return shape;
  }
};

/**
 * Why a contract does not fit a graph, in one clause; null where it does. Every input of the graph must be fed and
 * every output of the contract be there, in datatype and shape: a graph's fixed size is promised to callers as it is.
 */
export const checkFit = (contract: ModelContract, session: InferenceSession): string | null => {
  const feeds = contract.inputs.flatMap(feedsOf);
  const unfed = session.inputNames.find((name) => !feeds.some((feed) => feed.name === name));
  if (unfed !== undefined) return `nothing feeds the graph's input '${unfed}'`;
  for (const feed of feeds) {
    const found = find(session.inputMetadata, feed.name);
    const wrong = misfit("input", feed, found, (wanted, size) => wanted === size);
    if (wrong !== null) return wrong;
  }
  for (const output of contract.outputs) {
    const wanted = {
      name: output.reads ?? output.name,
      datatype: output.datatype,
      shape: givenShape(output),
    };
    const found = find(session.outputMetadata, wanted.name);
    const wrong = misfit("output", wanted, found, (size, own) => size === -1 || size === own);
    if (wrong !== null) return wrong;
    const [rows] = found?.shape ?? [];
    if (contract.max_batch > 1 && typeof rows === "number" && rows > 0)
      return `max_batch is ${contract.max_batch}, but the graph always answers ${rows} rows`;
  }
  return null;
};
