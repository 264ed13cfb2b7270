import { afterEach, describe, expect, it, vi } from "vitest";
import { policyTransport } from "./policyTransport.ts";

const TIMEOUT_MS = 40;
const TOO_MANY_BYTES = 4_000_001;
const LATER = 5000;

afterEach(() => vi.unstubAllGlobals());

/** What a server answers, as `fetch` sees it; asked notes how it was asked. */
function answering(answer: (init: RequestInit) => Promise<unknown>) {
  const asked: RequestInit[] = [];
  vi.stubGlobal("fetch", (_url: string, init: RequestInit) => {
    asked.push(init);
    return answer(init);
  });
  return asked;
}

const stalled = ({ signal }: RequestInit) =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

describe("a call over HTTP", () => {
  const post = (timeoutMs = LATER) =>
    policyTransport.post("http://far/act", { headers: {}, body: new Uint8Array([1]) }, timeoutMs);

  it("answers any status with its body, and follows no redirect with the credentials", async () => {
    const asked = answering(async () => new Response("no", { status: 418 }));
    const answer = await post();
    expect(answer.ok && [answer.value.status, String.fromCharCode(...answer.value.body)]).toEqual([
      418,
      "no",
    ]);
    expect(asked[0]?.redirect).toBe("manual");
  });

  it("ends at its deadline, and tells a server that is away from one that is late", async () => {
    answering(stalled);
    expect(await post(TIMEOUT_MS)).toEqual({ ok: false, failure: { kind: "deadline" } });
    answering(() => Promise.reject(new TypeError("refused")));
    expect(await post()).toMatchObject({ failure: { kind: "no_capacity" } });
  });

  it("reads no answer of any size", async () => {
    answering(async () => new Response(new Uint8Array(TOO_MANY_BYTES)));
    expect(await post()).toMatchObject({ failure: { kind: "bad_answer" } });
  });
});

/** The client's end of a websocket, as workerd has it; `say` is what the server sends. */
class FakeSocket extends EventTarget {
  readonly sent: unknown[] = [];
  accepted = false;
  closed = 0;
  binaryType = "blob";
  accept() {
    this.accepted = true;
  }
  send(data: unknown) {
    this.sent.push(data);
  }
  close() {
    this.closed += 1;
    if (this.closed > 1) throw new TypeError("closed already");
  }
  say(data: unknown) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
}

describe("a websocket", () => {
  async function connect(timeoutMs = LATER) {
    const webSocket = new FakeSocket();
    const asked = answering(async () => ({ webSocket, status: 101 }));
    const socket = await policyTransport.connect("http://far", { authorization: "k" }, timeoutMs);
    if (!socket.ok) throw new Error(socket.failure.kind);
    return { webSocket, asked, socket: socket.value };
  }
  const bytes = (...values: number[]) => new Uint8Array(values).buffer;

  it("hands out frames in their order, those that came before they were asked for too", async () => {
    const { webSocket, asked, socket } = await connect();
    expect([webSocket.accepted, webSocket.binaryType, asked[0]?.headers]).toEqual([
      true,
      "arraybuffer",
      { authorization: "k", upgrade: "websocket" },
    ]);
    webSocket.say(bytes(1));
    webSocket.say("two");
    expect(await socket.next()).toEqual({ ok: true, value: new Uint8Array([1]) });
    expect(await socket.next()).toEqual({ ok: true, value: "two" });
    const third = socket.next();
    webSocket.say(bytes(3));
    expect(await third).toEqual({ ok: true, value: new Uint8Array([3]) });
  });

  it.each(["close", "error"])("that ends with %s gives what came before, and then says so", async (event) => {
    const { webSocket, socket } = await connect();
    webSocket.say(bytes(1));
    webSocket.dispatchEvent(new Event(event));
    webSocket.say(bytes(2));
    socket.send(new Uint8Array([9]));
    expect(await socket.next()).toMatchObject({ ok: true });
    for (const _ of [1, 2]) expect(await socket.next()).toMatchObject({ failure: { kind: "no_capacity" } });
    expect(webSocket.sent).toEqual([]);
    socket.close();
    socket.close();
  });

  it("that falls silent ends at the deadline, and frames that come too late are not heard", async () => {
    const { webSocket, socket } = await connect(TIMEOUT_MS);
    expect(await socket.next()).toEqual({ ok: false, failure: { kind: "deadline" } });
    webSocket.say(bytes(1));
    expect(await socket.next()).toEqual({ ok: false, failure: { kind: "deadline" } });
  });

  it("takes no frame of any size, and none that is neither text nor bytes", async () => {
    for (const frame of [new ArrayBuffer(TOO_MANY_BYTES), 7]) {
      const { webSocket, socket } = await connect();
      webSocket.say(frame);
      expect(await socket.next()).toMatchObject({ failure: { kind: "bad_answer" } });
    }
  });

  it("that the server does not open is no capacity, and at the deadline none", async () => {
    answering(async () => new Response("Upgrade required", { status: 426 }));
    const refused = await policyTransport.connect("http://far", {}, LATER);
    expect(refused).toMatchObject({
      failure: { kind: "no_capacity", detail: "the policy server answered 426" },
    });
    answering(stalled);
    const late = await policyTransport.connect("http://far", {}, TIMEOUT_MS);
    expect(late).toEqual({ ok: false, failure: { kind: "deadline" } });
  });
});
