import type { Configuration } from "../../contracts/configuration.ts";
import type { Meter } from "../../contracts/metrics.ts";
import type { Clock, Database, KeyValue, Random } from "../../contracts/ports.ts";
import { createSubjectDigester } from "../consent/subjectDigest.ts";
import { createKeyDigester, type KeyDigester } from "../identity/digestKey.ts";
import { BoundedMap } from "./boundedMap.ts";
import { Breaker } from "./breaker.ts";
import type { KeyState, Limits, TierVerdict } from "./keyState.ts";

export interface AdmitterPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly keyValue: KeyValue;
  readonly meter: Meter;
  readonly configuration: Configuration;
}

const KNOWN_KEYS = 2048;
const CANDIDATE_KEYS = 1024;
const TIERS = 8192;

/** What one isolate remembers between requests. Everything is bounded. */
export interface IsolateMemory extends AdmitterPorts {
  /** Keys that were once found good, by their full text. */
  readonly known: BoundedMap<KeyState>;
  /** Keys that were not: a flood of false ones pushes out no good one. */
  readonly candidates: BoundedMap<KeyState>;
  /** Tiers by holder and subject. */
  readonly tiers: BoundedMap<TierVerdict>;
  /** When a tier's renewal began, by the same key. */
  readonly tierRenewals: BoundedMap<number>;
  readonly redis: Breaker;
  readonly postgres: Breaker;
  readonly digester: KeyDigester;
  readonly digestSubject: (subject: string | null) => Promise<string>;
  readonly defaultLimits: Limits;
}

/** An empty memory over some ports. */
export function createIsolateMemory(ports: AdmitterPorts): IsolateMemory {
  const { clock, configuration } = ports;
  return {
    ...ports,
    known: new BoundedMap(KNOWN_KEYS),
    candidates: new BoundedMap(CANDIDATE_KEYS),
    tiers: new BoundedMap(TIERS),
    tierRenewals: new BoundedMap(TIERS),
    redis: new Breaker(clock, configuration.OUTAGE_RETRY_MS),
    postgres: new Breaker(clock, configuration.OUTAGE_RETRY_MS),
    digester: createKeyDigester(configuration.KEY_PEPPERS),
    digestSubject: createSubjectDigester(configuration.SUBJECT_SECRET),
    defaultLimits: {
      ratePerSecond: configuration.RATE_LIMIT_PER_SECOND,
      quotaPerMonth: configuration.QUOTA_PER_MONTH,
      concurrency: configuration.CONCURRENCY_LIMIT,
    },
  };
}

/** Where the tier of a subject lies in memory. */
export const tierKey = (state: KeyState, subject: string | null): string =>
  subject === null ? state.holder : `${state.holder}:${subject}`;
