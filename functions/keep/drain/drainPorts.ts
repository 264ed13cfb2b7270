import type { Configuration } from "../../contracts/configuration.ts";
import type { Meter } from "../../contracts/metrics.ts";
import type { Anonymizer, Clock, Database, ObjectStore, Random, Runner } from "../../contracts/ports.ts";
import type { Logger } from "../../observe/logs.ts";

/** What a drain works with. */
export interface DrainPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly database: Database;
  readonly objectStore: ObjectStore;
  readonly runner: Runner;
  readonly anonymizer: Anonymizer;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly configuration: Configuration;
}

/** How one stage of a drain ended: whether entries moved on, and whether something outside failed. */
export interface StageResult {
  readonly moved: number;
  readonly failed: boolean;
  /** When this stage has something to do next, in milliseconds from now, where it knows. */
  readonly dueInMs?: number;
}

export const IDLE: StageResult = { moved: 0, failed: false };
