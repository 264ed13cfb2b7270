import sharp from "sharp";
import { countElements, type NamedTensors, NUMERIC, type WireTensor } from "../protocol/datatypes.ts";
import type { InputContract, ModelContract } from "../repository/modelContract.ts";

/** For a side that may have any length: what convolutions and poolings of five halvings take. */
const FREE_SIDE = 32;

const grayPicture = (): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: "#808080" } })
    .png()
    .toBuffer();

const sampleOf = async (input: InputContract): Promise<WireTensor> => {
  const shape = input.shape.map((side, axis) => (side > 0 ? side : axis === 0 ? 1 : FREE_SIDE));
  if (input.datatype !== "BYTES") {
    const bytes = new Uint8Array(countElements(shape) * NUMERIC[input.datatype].sizeBytes);
    return { datatype: input.datatype, shape, bytes };
  }
  const element =
    input.preprocess.kind === "image"
      ? new Uint8Array(await grayPicture())
      : new TextEncoder().encode("warm up the red block");
  return { datatype: "BYTES", shape, elements: Array.from({ length: shape[0] ?? 1 }, () => element) };
};

/** One valid request of a model, so that its whole path has run before the first caller comes. */
export const warmUpInputs = async (contract: ModelContract): Promise<NamedTensors> =>
  Object.fromEntries(
    await Promise.all(contract.inputs.map(async (input) => [input.name, await sampleOf(input)] as const)),
  );
