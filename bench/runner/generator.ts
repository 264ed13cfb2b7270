import { z } from "zod";
import { type LoadResult, type LoadSpec, runCallers } from "./load/callers.ts";
import { openGrpcChannel } from "./load/grpcChannel.ts";
import { openHttpChannel } from "./load/httpChannel.ts";

const specSchema = z.object({
  port: z.number(),
  protocol: z.enum(["http", "grpc"]),
  request: z.instanceof(Uint8Array),
  callers: z.number(),
  warmupMs: z.number(),
  measuredMs: z.number(),
});

/** Callers that share a gRPC connection, as those of one client process do. */
const CALLERS_PER_CONNECTION = 16;

const runLoad = async (spec: LoadSpec): Promise<LoadResult> => {
  const { callers, port, protocol, request } = spec;
  const connections = protocol === "http" ? callers : Math.ceil(callers / CALLERS_PER_CONNECTION);
  const open = protocol === "http" ? openHttpChannel : openGrpcChannel;
  const channels = await Promise.all(Array.from({ length: connections }, () => open(port, request)));
  try {
    return await runCallers(channels, spec);
  } finally {
    for (const channel of channels) channel.close();
  }
};

/** The load generator, a process of its own: takes points over the IPC channel, one after the other. */
process.on("message", (message) => {
  runLoad(specSchema.parse(message)).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
