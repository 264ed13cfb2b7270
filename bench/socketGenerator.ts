import { z } from "zod";
import { loadSockets } from "./sockets/loadSockets.ts";

const specSchema = z.object({
  url: z.string(),
  key: z.string(),
  frame: z.instanceof(Uint8Array),
  connections: z.number(),
  warmupMs: z.number(),
  measuredMs: z.number(),
  answersTell: z.boolean(),
});

/** The load generator of sockets, a process of its own: takes points over the IPC channel, one after the other. */
process.on("message", (message) => {
  loadSockets(specSchema.parse(message)).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
