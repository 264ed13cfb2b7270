import { type FoundModel, keyOf, type Serving } from "./serving.ts";

export const SERVER_NAME = "headgate-runner";
export const SERVER_VERSION = "0.1.0";

/** Server metadata. `parameters` says where the models really run, and what the other providers lacked. */
export const describeServer = ({ engine }: Serving): unknown => ({
  name: SERVER_NAME,
  version: SERVER_VERSION,
  extensions: ["binary_tensor_data", "model_repository", "parameters"],
  parameters: {
    execution_provider: engine?.provider ?? null,
    provider_probes: engine?.probes ?? {},
    workers: engine?.workers ?? 0,
  },
});

/** Model metadata: its signature, its largest batch, and whether a part of it runs on the CPU after all. */
export const describeModel = ({ engine }: Serving, { model, version }: FoundModel): unknown => {
  const { contract, versions } = model;
  const provider = engine?.provider ?? null;
  const partly = engine?.partly.has(keyOf(contract.name, version)) ?? false;
  return {
    name: contract.name,
    versions: versions.map((one) => one.version),
    platform: "onnx_onnxv1",
    inputs: contract.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    outputs: contract.outputs,
    parameters: {
      max_batch_size: contract.max_batch,
      execution_provider: partly ? `${provider}+cpu` : provider,
    },
  };
};

/** Every version of every model, as `POST /v2/repository/index` lists them. */
export const listRepository = ({ engine, models }: Serving): unknown =>
  [...models.values()].flatMap(({ contract, versions }) =>
    versions.map(({ version }) => ({
      name: contract.name,
      version,
      state: engine === null ? "LOADING" : "READY",
      reason: "",
    })),
  );
