import { z } from "zod";
import { alternateSockets, loadSockets } from "./sockets/loadSockets.ts";

const specSchema = z.object({
  url: z.string(),
  key: z.string(),
  frame: z.instanceof(Uint8Array),
  connections: z.number(),
  warmupMs: z.number(),
  measuredMs: z.number(),
  answersTell: z.boolean(),
});

const alternateSchema = z.object({
  urls: z.tuple([z.string(), z.string()]),
  key: z.string(),
  frame: z.instanceof(Uint8Array),
  warmupMs: z.number(),
  sliceMs: z.number(),
  slices: z.number(),
  stepMs: z.number(),
});

const messageSchema = z.union([
  specSchema.transform((spec) => () => loadSockets(spec)),
  alternateSchema.transform((spec) => () => alternateSockets(spec)),
]);

/** The load generator of sockets, a process of its own: takes points over the IPC channel, one after the other. */
process.on("message", (message) => {
  messageSchema
    .parse(message)()
    .then(
      (result) => process.send?.({ result }),
      (error: unknown) => process.send?.({ failure: String(error) }),
    );
});
