import type { Configuration } from "../functions/contracts/configuration.ts";
import type {
  Anonymizer,
  AppendResult,
  Clock,
  Database,
  KeyValue,
  ObjectStore,
  Outbox,
  PolicyServers,
  Random,
  Runner,
  RunnerProtocol,
  WaitingQuestion,
  WaitingRecords,
} from "../functions/contracts/ports.ts";
import type { Admitter } from "../functions/guard/leases/createAdmitter.ts";
import type { PublishingSigner } from "../functions/guard/signing/createSigner.ts";
import type { AppendRequest, QueueDepth } from "../functions/keep/outbox/entryQueue.ts";
import type { SearchMemory } from "../functions/keep/search/searchPorts.ts";
import type { CheckHealth } from "../functions/observe/health.ts";
import type { Logger } from "../functions/observe/logs.ts";
import type { IsolateMeter } from "../functions/observe/meter.ts";
import type { StepTimes } from "../functions/serve/chunks/stepTimes.ts";

/** What an outbox answers to a sweep: what waits in it, and the sessions that it lists. */
export interface OutboxSweep extends QueueDepth {
  readonly sessions: readonly string[];
}

/** What a Worker may ask of an outbox. */
export interface OutboxRpc {
  append(request: AppendRequest): Promise<AppendResult>;
  find(question: WaitingQuestion): Promise<string[]>;
  sweep(): Promise<OutboxSweep>;
  /** The sessions in which records may wait; the organization's first outbox lists them. */
  sessions(): Promise<string[]>;
  /** Enters a session in that list; false where there is no room. `atMs` grows from call to call. */
  listSession(name: string, atMs: number): Promise<boolean>;
  unlistSession(name: string, atMs: number): Promise<void>;
}

/** What a Worker may ask of a session, beside the socket that it hands over: it is an outbox too. */
export interface SocketRpc {
  find(question: WaitingQuestion): Promise<string[]>;
  sweep(): Promise<QueueDepth>;
}

/** What wrangler.toml binds, and beside it one string per setting of functions/contracts/configuration.ts. */
export interface Environment {
  readonly OUTBOX: DurableObjectNamespace<OutboxRpc & Rpc.DurableObjectBranded>;
  readonly SOCKET: DurableObjectNamespace<SocketRpc & Rpc.DurableObjectBranded>;
  readonly BLOBS: R2Bucket;
  /** Shows the client certificate that runners ask for; absent where they are reached in plain, on this machine. */
  readonly RUNNER_MTLS?: Fetcher;
  readonly [setting: string]: unknown;
}

/** Everything a request or an alarm works with; one per isolate. */
export interface Services {
  readonly configuration: Configuration;
  readonly configurationHash: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly keyValue: KeyValue;
  readonly objectStore: ObjectStore;
  readonly outbox: Outbox;
  readonly waitingRecords: WaitingRecords;
  /** The same without what waits in sessions: what a session asks, which must not wait for another one. */
  readonly waitingInOutboxes: WaitingRecords;
  readonly runner: Runner;
  readonly anonymizer: Anonymizer;
  readonly runnerProtocol: RunnerProtocol;
  readonly policies: PolicyServers;
  readonly meter: IsolateMeter;
  readonly stepTimes: StepTimes;
  readonly logger: Logger;
  readonly admitter: Admitter;
  readonly signer: PublishingSigner;
  readonly searchMemory: SearchMemory;
  readonly checkHealth: CheckHealth;
  readonly environment: Environment;
}
