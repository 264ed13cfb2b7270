import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { countRequest } from "../computeRequest.ts";
import {
  GRPCInferenceService,
  type ModelInferRequest,
  ModelInferRequestSchema,
  ModelInferResponseSchema,
} from "../generated/inference/grpc_service_pb.js";
import { writeLog } from "../observe/log.ts";
import { done, type Outcome, type ProtocolFailure, refuse } from "../protocol/outcome.ts";
import type { Serving } from "../serving.ts";
import { inferMessage } from "./inferMessage.ts";
import { isModest } from "./isModest.ts";
import { readFrame, writeFrame } from "./readFrame.ts";
import { failureTrailers, grpcStatusOf } from "./status.ts";

const PATH = `/${GRPCInferenceService.typeName}/${GRPCInferenceService.method.modelInfer.name}`;
const GRPC_TYPE = /^application\/grpc(?:\+proto)?$/;
const RESPONSE_HEAD = { ":status": 200, "content-type": "application/grpc+proto" };

/** What cannot be read names no model. */
const NO_MODEL = "";

/** Time that a caller may be silent in the middle of its message. */
const READ_TIMEOUT_MS = 30_000;

/**
 * Whether a stream is a plain gRPC ModelInfer: the call for which the way through the general router would cost several
 * times the inference. Other encodings of it (compressed, gRPC-Web, Connect) take that way.
 */
export const isPlainModelInfer = (headers: IncomingHttpHeaders): boolean =>
  headers[":path"] === PATH &&
  headers[":method"] === "POST" &&
  GRPC_TYPE.test(headers["content-type"] ?? "") &&
  (headers["grpc-encoding"] ?? "identity") === "identity";

const parseMessage = (bytes: Uint8Array): Outcome<ModelInferRequest> => {
  try {
    if (!isModest(bytes)) return refuse(400, "The message has more fields than a request can need.");
    return done(fromBinary(ModelInferRequestSchema, bytes));
  } catch {
    return refuse(400, "The message is no ModelInferRequest.");
  }
};

const goneSignal = (stream: ServerHttp2Stream): AbortSignal => {
  const gone = new AbortController();
  stream.once("close", () => {
    if (!stream.writableEnded) gone.abort();
  });
  return gone.signal;
};

const answer = async (
  serving: Serving,
  stream: ServerHttp2Stream,
  metadata: IncomingHttpHeaders,
): Promise<Outcome<Uint8Array>> => {
  const arrivedAtMs = performance.now();
  const gone = goneSignal(stream);
  const bytes = await readFrame(stream, serving.maxBodyBytes);
  stream.setTimeout(0);
  const message = bytes.ok ? parseMessage(bytes.value) : bytes;
  if (!message.ok) {
    countRequest(serving, NO_MODEL, message.failure.status, null);
    return message;
  }
  const outcome = await inferMessage(serving, message.value, { metadata, arrivedAtMs, gone });
  return outcome.ok ? done(toBinary(ModelInferResponseSchema, outcome.value)) : outcome;
};

const sendMessage = (stream: ServerHttp2Stream, message: Uint8Array): void => {
  stream.respond(RESPONSE_HEAD, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(writeFrame(message));
};

const sendFailure = (stream: ServerHttp2Stream, failure: ProtocolFailure): void => {
  const trailers = {
    ...RESPONSE_HEAD,
    "grpc-status": String(grpcStatusOf(failure)),
    "grpc-message": encodeURIComponent(failure.error),
    ...failureTrailers(failure),
  };
  stream.respond(trailers, { endStream: true });
  // What is still on its way of a message that is refused need not come.
  if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
};

/** Answers a gRPC ModelInfer on its HTTP/2 stream: a message, or the code, the sentence and the trailers of a refusal. */
export const handleModelInfer = async (
  serving: Serving,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> => {
  // Told by `close` as well: a stream that breaks is no bug.
  stream.on("error", () => {});
  stream.setTimeout(READ_TIMEOUT_MS, () => stream.close(constants.NGHTTP2_CANCEL));
  const outcome = await answer(serving, stream, headers).catch((error: unknown) => {
    writeLog("error", "a bug", { detail: String(error) });
    return refuse(500, "A bug in the runner.");
  });
  if (stream.destroyed || stream.closed) return;
  if (outcome.ok) sendMessage(stream, outcome.value);
  else sendFailure(stream, outcome.failure);
};
