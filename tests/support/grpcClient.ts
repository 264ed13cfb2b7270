import { fileURLToPath } from "node:url";
import {
  type ChannelCredentials,
  Metadata,
  makeClientConstructor,
  type ServiceClientConstructor,
  type ServiceError,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const PROTO = fileURLToPath(new URL("../../gpu-runner/proto/inference/grpc_service.proto", import.meta.url));
const SERVICE = "inference.GRPCInferenceService";

/** A client class made from the protocol's file by the library's own loader, as a user of another language does it. */
const makeClient = (): ServiceClientConstructor => {
  const loaded = loadSync(PROTO, { keepCase: true, longs: String, defaults: true });
  const service = loaded[SERVICE];
  if (service === undefined || "format" in service) throw new Error("the file has no such service");
  return makeClientConstructor(service, SERVICE);
};

/** What a call came to: its answer, or its code, words and trailers. */
export type Called =
  | { readonly ok: true; readonly answer: Record<string, unknown> }
  | { readonly ok: false; readonly code: number; readonly details: string; readonly trailers: Metadata };

export interface GrpcClient {
  readonly call: (
    method: string,
    request: object,
    more?: { metadata?: Record<string, string>; timeoutMs?: number },
  ) => Promise<Called>;
  readonly close: () => void;
}

/** A client of @grpc/grpc-js for the Open Inference Protocol. */
export const openGrpcClient = (
  target: string,
  credentials: ChannelCredentials,
  options: Record<string, string | number> = {},
): GrpcClient => {
  const Client = makeClient();
  const client = new Client(target, credentials, options);
  const call: GrpcClient["call"] = (method, request, { metadata = {}, timeoutMs = 10_000 } = {}) =>
    new Promise((resolve) => {
      const sent = new Metadata();
      for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
      const deadline = new Date(Date.now() + timeoutMs);
      client[method]?.(
        request,
        sent,
        { deadline },
        (error: ServiceError | null, answer: Record<string, unknown>) => {
          if (error === null) resolve({ ok: true, answer });
          else resolve({ ok: false, code: error.code, details: error.details, trailers: error.metadata });
        },
      );
    });
  return { call, close: () => client.close() };
};
