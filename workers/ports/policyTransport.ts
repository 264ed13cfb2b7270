import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { InferFailure } from "../../functions/contracts/ports.ts";
import type { PolicySocket, PolicyTransport } from "../../functions/serve/policies/policyPorts.ts";

/** Largest answer that is read: a chunk of a thousand steps of sixty-four numbers, written out, is a quarter of it. */
const ANSWER_MAX_BYTES = 4_000_000;

const unreachable: InferFailure = { kind: "no_capacity", detail: "the policy server cannot be reached" };
const closed: InferFailure = { kind: "no_capacity", detail: "the policy server closed the connection" };
const tooLarge: InferFailure = { kind: "bad_answer", detail: "the policy server's answer is too large" };

/** Servers as workerd reaches them: `fetch`, and for a websocket `fetch` with an upgrade. */
export const policyTransport: PolicyTransport = {
  async post(url, { headers, body }, timeoutMs) {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
      const bytes = await readAtMost(response, ANSWER_MAX_BYTES);
      if (bytes === null) return failed(tooLarge);
      return done({ status: response.status, headers: response.headers, body: bytes });
    } catch {
      return failed(signal.aborted ? { kind: "deadline" } : unreachable);
    }
  },

  async connect(url, headers, timeoutMs) {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        headers: { ...headers, upgrade: "websocket" },
        redirect: "manual",
        signal,
      });
      const { webSocket } = response;
      if (webSocket) return done(openSocket(webSocket, signal));
      await response.body?.cancel();
      return failed({ kind: "no_capacity", detail: `the policy server answered ${response.status}` });
    } catch {
      return failed(signal.aborted ? { kind: "deadline" } : unreachable);
    }
  },
};

/** A body up to a size; null where it is larger. */
async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body ?? []) {
    sizeBytes += part.byteLength;
    if (sizeBytes > maxBytes) return null;
    parts.push(part);
  }
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

type Frame = Outcome<string | Uint8Array<ArrayBuffer>, InferFailure>;

/** Frames wait in their order until they are asked for; what ends the socket stays the answer from then on. */
function openSocket(webSocket: WebSocket, signal: AbortSignal): PolicySocket {
  const frames: Frame[] = [];
  let ended: Frame | null = null;
  let wake: () => void = () => undefined;
  const end = (failure: InferFailure) => {
    ended ??= failed(failure);
    wake();
  };
  webSocket.addEventListener("message", ({ data }) => {
    if (ended !== null) return;
    const frame = readFrame(data);
    if (frame.ok) frames.push(frame);
    else end(frame.failure);
    wake();
  });
  webSocket.addEventListener("close", () => end(closed));
  webSocket.addEventListener("error", () => end(closed));
  signal.addEventListener("abort", () => end({ kind: "deadline" }), { once: true });
  webSocket.binaryType = "arraybuffer";
  webSocket.accept();

  return {
    async next() {
      if (signal.aborted) return failed({ kind: "deadline" });
      if (frames.length === 0 && ended === null)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return frames.shift() ?? ended ?? failed(closed);
    },
    send(frame) {
      // Whoever has closed meanwhile is found out by the next frame, which does not come.
      if (ended === null) webSocket.send(frame);
    },
    close() {
      end(closed);
      try {
        webSocket.close(1000);
      } catch {
        // It was closed already.
      }
    },
  };
}

function readFrame(data: unknown): Frame {
  const sizeBytes =
    typeof data === "string" ? data.length : data instanceof ArrayBuffer ? data.byteLength : 0;
  if (sizeBytes > ANSWER_MAX_BYTES) return failed(tooLarge);
  if (typeof data === "string") return done(data);
  return data instanceof ArrayBuffer
    ? done(new Uint8Array(data))
    : failed({ kind: "bad_answer", detail: "the policy server sent neither text nor bytes" });
}
