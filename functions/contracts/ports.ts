import type { SQL } from "drizzle-orm";
import type { Policy } from "./models.ts";
import type { PolicyAnswer, PolicyObservation } from "./observations.ts";
import type { Outcome } from "./outcome.ts";
import type { OutboxEntry, Sealed, StorableRecord } from "./records.ts";

/** Wall-clock time in milliseconds since 1970, and a pause that an abort ends early. */
export interface Clock {
  now(): number;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** Cryptographically strong random bytes. */
export interface Random {
  bytes(length: number): Uint8Array<ArrayBuffer>;
}

export type DatabaseFailure =
  | { readonly kind: "unavailable"; readonly detail: string }
  | { readonly kind: "timeout"; readonly detail: string }
  | {
      readonly kind: "constraint";
      readonly constraint: string;
      readonly sqlState: string;
      readonly detail: string;
    }
  | { readonly kind: "refused"; readonly sqlState: string; readonly detail: string };

/** One result row by column name, as the driver parsed it; stores give it its type with zod. */
export type Row = Readonly<Record<string, unknown>>;

/** Postgres. Tenant data is reached through `forOrg` alone; row-level security is the second wall. */
export interface Database {
  /** Runs the statements as one transaction that sees only this organization's rows. One result set each. */
  forOrg(organizationId: string, statements: readonly SQL[]): Promise<Outcome<Row[][], DatabaseFailure>>;
  /** Runs one statement without a tenant: only the SECURITY DEFINER functions of the migrations answer it. */
  platform(statement: SQL): Promise<Outcome<Row[], DatabaseFailure>>;
}

export type KeyValueFailure = {
  readonly kind: "unavailable" | "timeout" | "refused";
  readonly detail: string;
};

/** One Redis command, name first. */
export type KeyValueCommand = readonly [name: string, ...args: (string | number)[]];

/** A Lua script under a name that metrics may carry; it runs by its SHA-1, and by its text when unknown. */
export interface KeyValueScript {
  readonly name: string;
  readonly source: string;
}

/** Redis. Every call is one round trip with a deadline of its own. */
export interface KeyValue {
  run(
    script: KeyValueScript,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<Outcome<unknown, KeyValueFailure>>;
  /** Several commands in one round trip; a command that fails leaves `null` in its place. */
  pipeline(commands: readonly KeyValueCommand[]): Promise<Outcome<unknown[], KeyValueFailure>>;
}

export type ObjectStoreFailure = { readonly kind: "unavailable" | "timeout"; readonly detail: string };

/** R2, or any S3 endpoint. */
export interface ObjectStore {
  put(
    key: string,
    body: Uint8Array<ArrayBuffer>,
    contentType: string,
  ): Promise<Outcome<undefined, ObjectStoreFailure>>;
  get(
    key: string,
    range?: { offsetBytes: number; lengthBytes: number },
  ): Promise<Outcome<Uint8Array<ArrayBuffer> | null, ObjectStoreFailure>>;
  delete(keys: readonly string[]): Promise<Outcome<undefined, ObjectStoreFailure>>;
  list(
    prefix: string,
    cursor?: string,
  ): Promise<Outcome<{ keys: string[]; cursor: string | null }, ObjectStoreFailure>>;
}

export type AppendResult =
  | { readonly kind: "recorded" }
  | {
      readonly kind: "duplicate";
      readonly of: string;
      readonly rule: "duplicate.content" | "duplicate.episode_step";
    }
  | { readonly kind: "unavailable"; readonly reason: "timeout" | "full" | "error" };

/** The durable queue in front of Postgres: what `append` calls recorded is stored exactly once, whatever dies. */
export interface Outbox {
  append(entry: OutboxEntry): Promise<AppendResult>;
}

/** Records by their id, or all of an episode by its name. */
export type WaitingQuestion = { readonly inferenceId: string } | { readonly episodeId: string };

/** What still waits in that queue: it is kept, and not yet in Postgres. */
export interface WaitingRecords {
  /** The record of that id; of an episode the first and the last of each of its subjects. */
  find(
    organizationId: string,
    question: WaitingQuestion,
  ): Promise<Outcome<readonly Sealed<StorableRecord>[], "timeout" | "error">>;
}

/** A tensor of the Open Inference Protocol; row-major, numbers as the datatype says. */
export type Tensor =
  | {
      readonly name: string;
      readonly datatype: "BYTES";
      readonly shape: readonly number[];
      readonly data: readonly Uint8Array[];
    }
  | {
      readonly name: string;
      readonly datatype: "FP32";
      readonly shape: readonly number[];
      readonly data: Float32Array;
    }
  | {
      readonly name: string;
      readonly datatype: "UINT8";
      readonly shape: readonly number[];
      readonly data: Uint8Array;
    };

export interface InferRequest {
  readonly model: string;
  readonly version: string | null;
  readonly inputs: readonly Tensor[];
  readonly traceparent: string;
  /** Work that nobody waits for: the runner moves robots first. Absent: somebody waits. */
  readonly priority?: "batch";
}

export interface InferResponse {
  readonly modelVersion: string;
  readonly outputs: readonly Tensor[];
  /** What the server itself says it spent: waiting in its queue, and computing. */
  readonly queueMs: number | null;
  readonly computeMs: number | null;
}

export type InferFailure =
  | { readonly kind: "deadline" }
  | { readonly kind: "no_capacity"; readonly detail: string }
  /** No runner of the list serves a model of that name. */
  | { readonly kind: "unknown_model"; readonly detail: string }
  /** `pointer` says where in the request; the image, where it does not. */
  | { readonly kind: "invalid_input"; readonly detail: string; readonly pointer?: string }
  | { readonly kind: "bad_answer"; readonly detail: string };

/** A model server: our runner, or another that speaks the Open Inference Protocol. */
export interface Runner {
  infer(request: InferRequest, deadlineAtMs: number): Promise<Outcome<InferResponse, InferFailure>>;
}

/** An encoded picture, and the media type that it is taken for. */
export interface EncodedPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

/** Takes out of pictures what shows whose they are: faces, writing, metadata. */
export interface Anonymizer {
  /**
   * The picture, in the same format, covered and upright; as it was sent, where there was nothing to cover or to
   * turn. It may still hold the metadata that it was sent with. `invalid_input` and `bad_answer` fail alike the next
   * time; every other failure passes.
   */
  anonymize(
    picture: EncodedPicture,
    deadlineAtMs: number,
    traceparent: string,
  ): Promise<Outcome<EncodedPicture, InferFailure>>;
}

/** A request of the Open Inference Protocol over REST, as its caller wrote it. */
export interface ProtocolRequest {
  readonly method: "GET" | "POST";
  /** From `/v2` on, its parts encoded. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | null;
}

/** A good answer in that protocol, as it comes. */
export interface ProtocolAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Why there is none; `detail` of what a runner refused is what it said. */
export type ProtocolFailure = InferFailure | { readonly kind: "too_large"; readonly detail: string };

/** The runner's own protocol, for those who may speak it. */
export interface RunnerProtocol {
  pass(request: ProtocolRequest, deadlineAtMs: number): Promise<Outcome<ProtocolAnswer, ProtocolFailure>>;
}

/** The policies that may be asked, wherever they live: built into the runner, or on a server somewhere else. */
export interface PolicyServers {
  readonly policies: readonly Policy[];
  /**
   * Asks a policy of that list for a chunk, until the deadline (milliseconds since 1970). An answer of another
   * shape than the policy's contract promises is a failure; whether the numbers are safe is for the gates.
   */
  infer(
    policy: Policy,
    observation: PolicyObservation,
    deadlineAtMs: number,
    traceparent: string,
  ): Promise<Outcome<PolicyAnswer, InferFailure>>;
}

/** The kinds of statement that a deployment signs; a signature for one kind is none for another. */
export type SignedType = "headgate-audit-anchor" | "headgate-consent-receipt";

/** The deployment's signature: compact JWS (RFC 7515) with EdDSA, checked with `GET /.well-known/jwks.json`. */
export interface Signer {
  sign(type: SignedType, payload: Readonly<Record<string, unknown>>): Promise<string>;
  /** What was signed as that kind, or null when this deployment did not sign it. */
  verify(type: SignedType, jws: string): Promise<unknown>;
}
