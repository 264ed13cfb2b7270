import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { sniffProtocol } from "./sniffProtocol.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** Sends pieces, each as a packet of its own, and gives what the connection was taken for and what it then reads. */
const sniffed = async (...pieces: readonly string[]): Promise<readonly [string, string]> => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const client = connect({ port, host: "127.0.0.1", noDelay: true });
  const [socket]: Socket[] = await once(server, "connection");
  if (socket === undefined) throw new Error("no connection");
  open.push(() => {
    client.destroy();
    server.close();
  });
  const known = new Promise<string>((resolve) => sniffProtocol(socket, resolve));
  for (const piece of pieces) {
    client.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const protocol = await known;
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  client.end();
  await once(socket, "end");
  return [protocol, text];
};

it.each([
  ["h2", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]],
  ["h2", ["P", "R", "I", " * HTTP/2.0"]],
  ["h1", ["PUT / HTTP/1.1\r\n\r\n"]],
  ["h1", ["P", "RO", "PFIND / HTTP/1.1"]],
  ["h1", ["PRIVATE / HTTP/1.1"]],
  ["h1", ["\u0000"]],
])(
  "takes a connection for %s by its first bytes, however they come, and loses none: %j",
  async (protocol, pieces) => {
    expect(await sniffed(...pieces)).toEqual([protocol, pieces.join("")]);
  },
);
