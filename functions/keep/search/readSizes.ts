import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { DatabaseFailure } from "../../contracts/ports.ts";
import type { SearchedKind } from "./schema.ts";
import type { SearchPorts } from "./searchPorts.ts";
import { countVectors } from "./store.ts";

/** How many vectors there are to choose among; what the choice of a way to look needs, and no more. */
export interface StoredSizes {
  /** Vectors of the organization; where there are very many, at least so many. */
  readonly own: number;
  /** Vectors of all organizations, as Postgres last estimated them. */
  readonly total: number;
  readonly indexKind: "hnsw" | "ivfflat";
}

/** Sizes change slowly, and an old one costs milliseconds, not hits; a rebuilt index is known within a minute. */
const REMEMBERED_MS = 60_000;

const sizesSchema = z.object({
  own: z.number(),
  total: z.number(),
  index_kind: z.enum(["hnsw", "ivfflat"]),
});

/**
 * Counts an organization's vectors, up to a bound that is `capAt100k` where 100,000 are stored, or answers what this
 * isolate counted within the last minute.
 */
export async function readSizes(
  organizationId: string,
  kind: SearchedKind,
  capAt100k: number,
  { clock, database, searchMemory }: SearchPorts,
): Promise<Outcome<StoredSizes, DatabaseFailure>> {
  const key = `${organizationId}:${kind}`;
  const known = searchMemory.sizes.get(key);
  if (known !== undefined && known.untilMs > clock.now()) return done(known.value);
  const answer = await database.forOrg(organizationId, [countVectors(organizationId, kind, capAt100k)]);
  if (!answer.ok) return answer;
  const { own, total, index_kind } = sizesSchema.parse(answer.value[0]?.[0]);
  const value = { own, total: Math.max(own, total), indexKind: index_kind };
  searchMemory.sizes.set(key, { value, untilMs: clock.now() + REMEMBERED_MS });
  return done(value);
}
