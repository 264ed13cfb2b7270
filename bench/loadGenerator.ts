import { z } from "zod";
import { loadPoint } from "./load/loadPoint.ts";

const specSchema = z.object({
  port: z.number(),
  template: z.object({ bytes: z.instanceof(Uint8Array), connectionAt: z.number(), stepAt: z.number() }),
  connections: z.number(),
  warmupMs: z.number(),
  measuredMs: z.number(),
});

/** The load generator, a process of its own: takes points over the IPC channel, one after the other. */
process.on("message", (message) => {
  loadPoint(specSchema.parse(message)).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
