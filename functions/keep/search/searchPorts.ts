import type { Configuration } from "../../contracts/configuration.ts";
import type { Meter } from "../../contracts/metrics.ts";
import type { Clock, Database, Runner } from "../../contracts/ports.ts";
import { BoundedMap } from "../../guard/leases/boundedMap.ts";
import type { StoredSizes } from "./readSizes.ts";

/** A value, and when it is no longer true. */
interface Until<Value> {
  readonly untilMs: number;
  readonly value: Value;
}

const REMEMBERED_VECTORS = 1024;
const REMEMBERED_SIZES = 1024;

/** What one isolate remembers between searches: at most some 2 MB of vectors. */
export interface SearchMemory {
  readonly vectors: BoundedMap<Until<Float32Array>>;
  readonly sizes: BoundedMap<Until<StoredSizes>>;
}

export const createSearchMemory = (): SearchMemory => ({
  vectors: new BoundedMap(REMEMBERED_VECTORS),
  sizes: new BoundedMap(REMEMBERED_SIZES),
});

/** What a search works with. */
export interface SearchPorts {
  readonly clock: Clock;
  readonly database: Database;
  readonly runner: Runner;
  readonly meter: Meter;
  readonly configuration: Configuration;
  readonly searchMemory: SearchMemory;
}
