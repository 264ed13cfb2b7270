import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { DatabaseFailure } from "../../contracts/ports.ts";
import type { SearchQuery } from "./readQuery.ts";
import { readSizes, type StoredSizes } from "./readSizes.ts";
import type { SearchFilter } from "./schema.ts";
import type { SearchPorts } from "./searchPorts.ts";
import { countFiltered, type IndexSettings, type SearchPlan } from "./store.ts";

export interface PlannedSearch {
  readonly plan: SearchPlan;
  /** Rows to ask for: the hits, and some more, since an index answers almost in order. */
  readonly rows: number;
  /** Whether the index may end before it has seen all vectors. */
  readonly bounded: boolean;
}

/** A share of the limit that is asked for beside it. */
const SPARE_SHARE = 0.3;
/** use_vector_index cuts an IVFFlat index into lists of this many vectors, and into no more than so many lists. */
const LIST_VECTORS = 1000;
const LISTS_MAX = 1000;

const countSchema = z.object({ records: z.number() });

/**
 * Chooses how to look. A comparison with every vector is exact and costs microseconds each; an index knows no
 * organizations and no filters, so that it visits 1 / share vectors for each hit. So: where the filter leaves
 * few records, with theirs; where the organization has few vectors, with all of them; else by the index. `kept` is
 * the filter within the time of which there are vectors.
 */
export async function planSearch(
  organizationId: string,
  { kind, limit, filter }: SearchQuery,
  kept: SearchFilter,
  ports: SearchPorts,
): Promise<Outcome<PlannedSearch, DatabaseFailure>> {
  const { SEARCH_EXACT_VECTORS: exactVectors, SEARCH_SCAN_TUPLES: scanTuples } = ports.configuration;
  const rows = limit + Math.ceil(limit * SPARE_SHARE);
  const exactly = (by: "filter" | "organization") => done({ plan: { by }, rows, bounded: false } as const);

  if (filter.episode_id !== undefined || filter.from !== undefined || filter.to !== undefined) {
    const answer = await ports.database.forOrg(organizationId, [
      countFiltered(organizationId, kept, exactVectors + 1),
    ]);
    if (!answer.ok) return answer;
    if (countSchema.parse(answer.value[0]?.[0]).records <= exactVectors) return exactly("filter");
  }
  const sizes = await readSizes(organizationId, kind, exactVectors + 1, ports);
  if (!sizes.ok) return sizes;
  if (sizes.value.own <= exactVectors) return exactly("organization");
  const settings = settingsOf(sizes.value, rows, ports);
  return done({
    plan: { by: "index", index: sizes.value.indexKind, settings },
    rows,
    bounded: sizes.value.total > scanTuples,
  });
}

function settingsOf({ total }: StoredSizes, rows: number, { configuration }: SearchPorts): IndexSettings {
  const { SEARCH_EF_SEARCH, SEARCH_PROBES, SEARCH_SCAN_TUPLES: scanTuples } = configuration;
  const vectorsOfList = Math.max(LIST_VECTORS, total / LISTS_MAX);
  return {
    efSearch: Math.max(SEARCH_EF_SEARCH, rows),
    probes: SEARCH_PROBES,
    maxProbes: Math.max(SEARCH_PROBES, Math.ceil(scanTuples / vectorsOfList)),
    scanTuples,
  };
}
