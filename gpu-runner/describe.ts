import { describeGpus } from "./device/describeGpus.ts";
import type { FoundModel, Serving } from "./serving.ts";

export const SERVER_NAME = "headgate-runner";
export const SERVER_VERSION = "0.1.0";
/** What is served beyond the protocol itself. */
export const EXTENSIONS = ["binary_tensor_data", "model_repository", "parameters"] as const;
export const PLATFORM = "onnx_onnxv1";

/** Server metadata. `parameters` says where the models really run, and what the other providers lacked. */
export const describeServer = ({ engine, gpus }: Serving): unknown => ({
  name: SERVER_NAME,
  version: SERVER_VERSION,
  extensions: EXTENSIONS,
  parameters: {
    execution_provider: engine?.provider ?? null,
    provider_probes: engine?.probes ?? {},
    devices: engine?.devices ?? [],
    workers: engine?.workers ?? 0,
    ...describeGpus(gpus),
  },
});

/**
 * Model metadata: its signature, its largest batch and latency budget, the checksum of the graph that is served, the
 * key of its statistics, and whether a part of it runs on the CPU after all.
 */
export const describeModel = ({ engine, repository }: Serving, { model, version }: FoundModel): unknown => {
  const { contract, versions } = model;
  const provider = engine?.provider ?? null;
  const loaded = repository.find(contract.name, version);
  return {
    name: contract.name,
    versions: versions.map((one) => one.version),
    platform: PLATFORM,
    inputs: contract.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    outputs: contract.outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    parameters: {
      max_batch_size: contract.max_batch,
      ...(contract.max_delay_ms === undefined ? {} : { max_delay_ms: contract.max_delay_ms }),
      ...(contract.statistics === undefined ? {} : { norm_key: contract.statistics.norm_key }),
      execution_provider: loaded?.wholly === false ? `${provider}+cpu` : provider,
      ...(loaded === null ? {} : { sha256: loaded.sha256 }),
    },
  };
};
