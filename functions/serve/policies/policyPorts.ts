import type { Meter } from "../../contracts/metrics.ts";
import type { PolicyAnswer, PolicyObservation } from "../../contracts/observations.ts";
import type { Outcome } from "../../contracts/outcome.ts";
import type { PolicyServer } from "../../contracts/policyServers.ts";
import type { Clock, InferFailure, Runner } from "../../contracts/ports.ts";

/** A whole answer over HTTP, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** An open websocket to a server. */
export interface PolicySocket {
  /** The next frame, text or binary; `no_capacity` where the server closed, `deadline` once the time is up. */
  next(): Promise<Outcome<string | Uint8Array<ArrayBuffer>, InferFailure>>;
  send(frame: Uint8Array): void;
  close(): void;
}

/** How servers are reached. A call ends when `timeoutMs` have passed, counted from its start. */
export interface PolicyTransport {
  post(
    url: string,
    request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array<ArrayBuffer> },
    timeoutMs: number,
  ): Promise<Outcome<HttpAnswer, InferFailure>>;
  connect(
    url: string,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<Outcome<PolicySocket, InferFailure>>;
}

/** Servers of which each can answer alike, asked in their order while the deadline allows. */
export interface OriginList {
  ask<Value>(
    deadlineAtMs: number,
    attempt: (origin: string, remainingMs: number) => Promise<Outcome<Value, InferFailure>>,
  ): Promise<Outcome<Value, InferFailure>>;
}

/** What asking policies on servers elsewhere takes. */
export interface PolicyPorts {
  readonly clock: Clock;
  readonly meter: Meter;
  /** Decodes encoded pictures: the edge decodes no pixel. */
  readonly runner: Runner;
  readonly transport: PolicyTransport;
  readonly originsOf: (origins: readonly string[]) => OriginList;
}

/** A picture as numbers: three bytes a pixel, rows from the top. */
export interface PixelView {
  readonly kind: "pixels";
  readonly heightPixels: number;
  readonly widthPixels: number;
  readonly rgb: Uint8Array<ArrayBuffer>;
}

/** What the server is shown by one camera, under its own name for that. */
export type View = { readonly key: string } & (
  | PixelView
  | { readonly kind: "encoded"; readonly bytes: Uint8Array<ArrayBuffer> }
);

/** An observation in the shape that a server wants, still without its protocol. */
export interface PreparedObservation {
  readonly views: readonly View[];
  readonly state: readonly { readonly key: string; readonly numbers: readonly number[] }[];
  readonly observation: PolicyObservation;
}

/** What a server said: rows of numbers, of whatever shape. */
export type ServerAnswer = Pick<PolicyAnswer, "actions" | "queueMs" | "computeMs"> & {
  /** The version that the server itself names; null where its protocol knows none. */
  readonly modelVersion: string | null;
};

/** One call of one origin in one protocol. */
export type AskServer = (call: {
  readonly server: PolicyServer;
  readonly origin: string;
  readonly prepared: PreparedObservation;
  readonly transport: PolicyTransport;
  readonly timeoutMs: number;
  readonly traceparent: string;
}) => Promise<Outcome<ServerAnswer, InferFailure>>;
