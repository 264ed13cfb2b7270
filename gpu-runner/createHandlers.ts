import { connectNodeAdapter } from "@connectrpc/connect-node";
import { handleModelInfer, isPlainModelInfer } from "./grpc/handleModelInfer.ts";
import { mountServices } from "./grpc/routes.ts";
import { handleRequest } from "./handleRequest.ts";
import type { Handlers } from "./listen/protocolServers.ts";
import type { Serving } from "./serving.ts";

/** The path of a service's method: `/package.Service/Method`. No path of REST has that form. */
const METHOD_PATH = /^\/[a-z][\w.]*\.[A-Z]\w*\/\w+$/;

/** The longest that a timer counts; who asks for more is refused rather than cut off at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Everything that the port answers: REST, the services of gRPC, and ModelInfer on a way of its own. */
export const createHandlers = (serving: Serving): Handlers => {
  const answerServices = connectNodeAdapter({
    routes: mountServices(serving),
    readMaxBytes: serving.maxBodyBytes,
    maxTimeoutMs: MAX_TIMEOUT_MS,
  });
  return {
    onRequest: (request, response) => {
      if (METHOD_PATH.test(request.url ?? "")) answerServices(request, response);
      else void handleRequest(serving, request, response);
    },
    takeStream: (stream, headers) => {
      const plain = isPlainModelInfer(headers);
      if (plain) void handleModelInfer(serving, stream, headers);
      return plain;
    },
  };
};
