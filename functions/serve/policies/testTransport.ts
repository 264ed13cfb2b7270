import { pack, unpack } from "../../../tests/support/plainMsgpack.ts";
import {
  openInferenceAnswer,
  openInferenceHeader,
  openpiResult,
  openVlaAnswer,
} from "../../../tests/support/standInPolicyServer.ts";
import { done, failed } from "../../contracts/outcome.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import type { PolicyTransport } from "./policyPorts.ts";

/** What a stand-in in this process does with an observation. */
export type Fake =
  | {
      readonly kind: "answers";
      readonly rows: readonly (readonly number[])[];
      readonly dtype?: "<f4" | "<f8";
    }
  /** What the transport finds: a closed connection, a passed deadline. */
  | { readonly kind: "fails"; readonly failure: InferFailure }
  /** Frames, or a body, as they are. */
  | { readonly kind: "says"; readonly answer: string | Buffer; readonly status?: number };

/** Servers in this process that answer in the protocol in which they are asked. */
export interface FakeServers {
  readonly transport: PolicyTransport;
  /** By host: what it does. */
  readonly fakes: Map<string, Fake>;
  /** Hosts in the order in which they were asked. */
  readonly asked: string[];
  /** Milliseconds that each was given. */
  readonly timeoutsMs: number[];
  readonly headers: Readonly<Record<string, string>>[];
  /** What they were shown: a msgpack value, or a body. */
  readonly seen: unknown[];
  open: number;
}

const bytesOf = (text: string | Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

/** Opens such servers; nothing listens anywhere, and no time passes. */
export function openFakeServers(): FakeServers {
  const begin = (url: string, headers: Readonly<Record<string, string>>, timeoutMs: number): Fake => {
    const { hostname } = new URL(url);
    servers.asked.push(hostname);
    servers.headers.push(headers);
    servers.timeoutsMs.push(timeoutMs);
    const missing: Fake = { kind: "fails", failure: { kind: "no_capacity", detail: "there is none" } };
    return servers.fakes.get(hostname) ?? missing;
  };
  const servers: FakeServers = {
    fakes: new Map(),
    asked: [],
    timeoutsMs: [],
    headers: [],
    seen: [],
    open: 0,
    transport: {
      async post(url, { headers, body }, timeoutMs) {
        const fake = begin(url, headers, timeoutMs);
        servers.seen.push(Buffer.from(body));
        if (fake.kind === "fails") return failed(fake.failure);
        if (fake.kind === "says")
          return done({ status: fake.status ?? 200, headers: new Headers(), body: bytesOf(fake.answer) });
        const isOpenVla = url.endsWith("/act");
        return done({
          status: 200,
          headers: new Headers(isOpenVla ? [] : [openInferenceHeader(fake.rows)]),
          body: bytesOf(isOpenVla ? openVlaAnswer(fake.rows) : openInferenceAnswer(fake.rows)),
        });
      },
      async connect(url, headers, timeoutMs) {
        const fake = begin(url, headers, timeoutMs);
        servers.open += 1;
        let next: string | Uint8Array<ArrayBuffer> | null = bytesOf(pack(new Map()));
        return done({
          async next() {
            const frame = next;
            next = null;
            if (frame !== null) return done(frame);
            return failed(fake.kind === "fails" ? fake.failure : { kind: "deadline" });
          },
          send(frame) {
            servers.seen.push(unpack(frame));
            if (fake.kind === "answers") next = bytesOf(openpiResult(fake.rows, fake.dtype));
            if (fake.kind === "says")
              next = typeof fake.answer === "string" ? fake.answer : bytesOf(fake.answer);
          },
          close() {
            servers.open -= 1;
          },
        });
      },
    },
  };
  return servers;
}
