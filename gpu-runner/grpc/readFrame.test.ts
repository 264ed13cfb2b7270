import { once } from "node:events";
import { connect, createServer, type Http2Server } from "node:http2";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Outcome } from "../protocol/outcome.ts";
import { readFrame, writeFrame } from "./readFrame.ts";

let server: Http2Server;
let read: Promise<Outcome<Uint8Array>>;
beforeAll(async () => {
  server = createServer();
  server.on("stream", (stream) => {
    read = readFrame(stream, 4);
    stream.on("error", () => {});
    void read.then(() => stream.respond({ ":status": 200 }, { endStream: true }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

/** What the server reads of a call with these bytes as its body. */
const sent = async (...bytes: readonly number[]): Promise<Outcome<Uint8Array>> => {
  const address = server.address();
  const session = connect(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  const stream = session.request({ ":method": "POST" });
  stream.end(Uint8Array.from(bytes));
  await once(stream, "response");
  session.destroy();
  return read;
};

it("reads the message that it writes", async () => {
  const message = Uint8Array.of(1, 2, 3, 4);
  expect(await sent(...writeFrame(message))).toEqual({ ok: true, value: message });
  expect(await sent(...writeFrame(new Uint8Array()))).toEqual({ ok: true, value: new Uint8Array() });
});

it.each([
  ["no byte", [], 400],
  ["half a head", [0, 0, 0], 400],
  ["a shorter message than it says", [0, 0, 0, 0, 3, 1, 2], 400],
  ["a longer message than it says", [0, 0, 0, 0, 1, 1, 2], 400],
  ["a compressed message of no encoding", [1, 0, 0, 0, 1, 1], 400],
  ["a message over the limit", [0, 0, 0, 0, 5, 1, 2, 3, 4, 5], 413],
])("refuses %s", async (_name, bytes, status) => {
  expect(await sent(...bytes)).toMatchObject({ ok: false, failure: { status, category: "data" } });
});
