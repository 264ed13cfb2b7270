import type { ServiceImpl } from "@connectrpc/connect";
import { EXTENSIONS, PLATFORM, SERVER_NAME, SERVER_VERSION } from "../describe.ts";
import type {
  GRPCInferenceService,
  RepositoryModelLoadRequest,
  RepositoryModelUnloadRequest,
} from "../generated/inference/grpc_service_pb.js";
import { isReady } from "../isReady.ts";
import { refuse } from "../protocol/outcome.ts";
import { type FoundModel, findModel, type Serving } from "../serving.ts";
import { inferMessage } from "./inferMessage.ts";
import { orThrow } from "./orThrow.ts";

/** Clients of Triton send it with every unloading; here no model depends on another. */
const UNLOAD_DEPENDENTS = "unload_dependents";

interface NamedModel {
  readonly name: string;
  readonly version: string;
}

const find = (serving: Serving, { name, version }: NamedModel): FoundModel =>
  orThrow(findModel(serving, name, version === "" ? null : version));

interface TensorOfContract {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

const describeTensor = ({ datatype, name, shape }: TensorOfContract) => ({
  name,
  datatype,
  shape: shape.map(BigInt),
});

const describe = (serving: Serving, { model: { contract, versions } }: FoundModel) => ({
  name: contract.name,
  versions: versions.map(({ version }) => version),
  platform: PLATFORM,
  inputs: contract.inputs.map(describeTensor),
  outputs: contract.outputs.map(describeTensor),
  properties: {
    max_batch_size: String(contract.max_batch),
    execution_provider: serving.engine?.provider ?? "none",
  },
});

const checkRepository = (name: string): void => {
  if (name !== "") orThrow(refuse(404, "There is one repository, and it has no name.", "model"));
};

/** What a model is stands in its repository: nothing of it can be sent along. */
const checkChange = ({
  parameters,
  repositoryName,
}: RepositoryModelLoadRequest | RepositoryModelUnloadRequest) => {
  checkRepository(repositoryName);
  const [name] = Object.keys(parameters).filter((key) => key !== UNLOAD_DEPENDENTS);
  if (name !== undefined) orThrow(refuse(400, "Loading and unloading take no parameters."));
};

/** `inference.GRPCInferenceService`, for gRPC, gRPC-Web and Connect. */
export const inferenceService = (serving: Serving): ServiceImpl<typeof GRPCInferenceService> => ({
  serverLive: () => ({ live: true }),
  serverReady: () => ({ ready: isReady(serving) }),
  modelReady: (request) => {
    find(serving, request);
    return { ready: isReady(serving) };
  },
  serverMetadata: () => ({ name: SERVER_NAME, version: SERVER_VERSION, extensions: [...EXTENSIONS] }),
  modelMetadata: (request) => describe(serving, find(serving, request)),
  modelInfer: async (message, { requestHeader, signal }) => {
    const metadata = Object.fromEntries(requestHeader.entries());
    const arrival = { metadata, arrivedAtMs: performance.now(), gone: signal };
    return orThrow(await inferMessage(serving, message, arrival));
  },
  repositoryIndex: ({ ready, repositoryName }) => {
    checkRepository(repositoryName);
    const models = serving.repository.index().filter(({ state }) => !ready || state === "READY");
    return { models: models.map((model) => ({ ...model })) };
  },
  repositoryModelLoad: async (request) => {
    checkChange(request);
    orThrow(await serving.repository.load(request.modelName));
    return {};
  },
  repositoryModelUnload: async (request) => {
    checkChange(request);
    orThrow(await serving.repository.unload(request.modelName));
    return {};
  },
});
