import type { ConnectRouter } from "@connectrpc/connect";
import { MediaService } from "../generated/headgate/media/v1/media_pb.js";
import { GRPCInferenceService } from "../generated/inference/grpc_service_pb.js";
import { mediaService } from "../media/mediaService.ts";
import type { Serving } from "../serving.ts";
import { inferenceService } from "./inferenceService.ts";

/**
 * Plain gRPC takes a way of its own, with the limit of REST. What comes here was made into objects before anybody could
 * look at it: a megabyte at most.
 */
const READ_MAX_BYTES = 1_048_576;

/** Every service that is called by gRPC, gRPC-Web or Connect. */
export const mountServices =
  (serving: Serving) =>
  (router: ConnectRouter): void => {
    router.service(GRPCInferenceService, inferenceService(serving), { readMaxBytes: READ_MAX_BYTES });
    router.service(MediaService, mediaService(serving));
  };
