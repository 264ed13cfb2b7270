import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { readSettings } from "../settings.ts";
import { type Door, openDoor } from "./openDoor.ts";

const open = async (): Promise<Door> => {
  const settings = readSettings({ PORT: "0" });
  if (!settings.ok) throw new Error(settings.failure);
  const handlers = {
    onRequest: (_request: unknown, response: { end: (text: string) => unknown }) =>
      void response.end("hello"),
    takeStream: () => false,
  };
  const door = await openDoor(settings.value, handlers, () => {});
  if (!door.ok) throw new Error(door.failure);
  return door.value;
};

it("closes at once on connections that have said nothing, or nothing more", async () => {
  const door = await open();
  const silent = connect(Number(new URL(door.url).port), "127.0.0.1");
  await once(silent, "connect");
  expect(await (await fetch(door.url)).text()).toBe("hello");
  const startedAtMs = performance.now();
  await door.close(60_000);
  expect(performance.now() - startedAtMs).toBeLessThan(5000);
  silent.destroy();
});

it("cuts off at the timeout who was answered and does not let go", async () => {
  const door = await open();
  const session = connectHttp2(door.url);
  session.on("error", () => {});
  const stream = session.request({ ":path": "/" });
  stream.on("error", () => {});
  // The answer is there and nobody reads it, so that the caller keeps its side open.
  await once(stream, "response");
  await door.close(50);
  session.destroy();
});
