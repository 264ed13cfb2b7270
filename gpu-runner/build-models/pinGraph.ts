import { createHash } from "node:crypto";
import type { ModelContract } from "../repository/modelContract.ts";

/** A contract that pins the graph of its version 1. */
export const pinGraph = (contract: ModelContract, graph: Uint8Array): ModelContract => ({
  ...contract,
  sha256: { "1/model.onnx": createHash("sha256").update(graph).digest("hex") },
});
