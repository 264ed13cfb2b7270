import { createServer, type Server } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** A runner that takes its time, and says how long it took by its own clock. */
export interface SlowRunner {
  readonly url: string;
  close(): void;
}

/** Starts a stand-in for the runner whose every chunk moves nothing and takes that long. */
export async function openSlowRunner(computeMs: number): Promise<SlowRunner> {
  const server: Server = createServer(async (request, response) => {
    const startedMs = performance.now();
    request.resume();
    await pause(computeMs);
    const answer = {
      model_name: "visual-servo",
      model_version: "1",
      parameters: { queue_ms: 0, compute_ms: performance.now() - startedMs },
      outputs: [{ name: "actions", datatype: "FP32", shape: [1, 8, 7], data: new Array(56).fill(0) }],
    };
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
