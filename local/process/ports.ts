import { once } from "node:events";
import { createServer } from "node:net";

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("The system gave no port.");
  return address.port;
}

/** Whether somebody listens on that port of 127.0.0.1 already. */
export async function isBusy(port: number): Promise<boolean> {
  const server = createServer();
  const busy = new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(true));
    server.once("listening", () => resolve(false));
  });
  server.listen(port, "127.0.0.1");
  const answer = await busy;
  if (!answer) {
    server.close();
    await once(server, "close");
  }
  return answer;
}
