import { z } from "zod";
import type { Configuration } from "../../contracts/configuration.ts";
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
  /** How to look again where this finds too few; null where it finds all that there are. */
  readonly otherwise: PlannedSearch | null;
}

/** A share of the limit that is asked for beside it. */
const SPARE_SHARE = 0.1;
/** Own vectors are counted up to this multiple of those that are still compared one by one: all of 100,000. */
const COUNTED_TIMES = 10;
/** Candidates that an HNSW scan must keep for each vector it visits, to find 95 % of the nearest; measured. */
const CANDIDATES_PER_VISIT = 4;
const CANDIDATES_MAX = 1000;
/** The share of records that a filter without an index is taken to leave. */
const FILTERED_SHARE = 0.1;
/** use_vector_index cuts an IVFFlat index into lists of this many vectors, and into no more than so many lists. */
const LIST_VECTORS = 1000;
const LISTS_MAX = 1000;

const countSchema = z.object({ records: z.number() });

/**
 * Chooses how to look. A comparison with each own vector is exact and costs a microsecond each; an index knows no
 * organizations and no filters, so that it visits 1 / share vectors for each hit, at many times the cost. The two are
 * even where own² = constant × all: so the bound grows with the root of all. Where the filter leaves few records,
 * theirs are compared; where the organization has few vectors, all of its own; else the index is asked. `kept` is
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
  const exactly = (by: "filter" | "organization") =>
    done({ plan: { by }, rows, bounded: false, otherwise: null } as const);

  if (filter.episode_id !== undefined || filter.from !== undefined || filter.to !== undefined) {
    const answer = await ports.database.forOrg(organizationId, [
      countFiltered(organizationId, kept, exactVectors + 1),
    ]);
    if (!answer.ok) return answer;
    if (countSchema.parse(answer.value[0]?.[0]).records <= exactVectors) return exactly("filter");
  }
  const sizes = await readSizes(organizationId, kind, exactVectors * COUNTED_TIMES, ports);
  if (!sizes.ok) return sizes;
  const { own, total, indexKind } = sizes.value;
  if (own <= exactVectors * Math.sqrt(total / 100_000)) return exactly("organization");
  const share = (own / total) * (isNarrow(filter) ? FILTERED_SHARE : 1);
  const settings = settingsOf(sizes.value, Math.ceil(rows / share), ports.configuration);
  const through = (how: IndexSettings) => ({ by: "index", index: indexKind, settings: how }) as const;
  const iterating = { plan: through(settings), rows, bounded: total > scanTuples, otherwise: null };
  // A scan that may go on keeps what it passes by, and that costs a tenth of it.
  const needsNoMore = indexKind === "hnsw" && settings.efSearch === ports.configuration.SEARCH_EF_SEARCH;
  return done(
    needsNoMore
      ? { plan: through({ ...settings, iterates: false }), rows, bounded: true, otherwise: iterating }
      : iterating,
  );
}

const isNarrow = (filter: SearchFilter): boolean =>
  Object.values(filter).some((condition) => condition !== undefined);

/** How an index is asked, when it has to visit so many vectors for the rows of the answer. */
function settingsOf({ total }: StoredSizes, visited: number, configuration: Configuration): IndexSettings {
  const { SEARCH_EF_SEARCH, SEARCH_PROBES, SEARCH_SCAN_TUPLES: scanTuples } = configuration;
  const vectorsOfList = Math.max(LIST_VECTORS, total / LISTS_MAX);
  return {
    efSearch: Math.min(CANDIDATES_MAX, Math.max(SEARCH_EF_SEARCH, CANDIDATES_PER_VISIT * visited)),
    probes: SEARCH_PROBES,
    maxProbes: Math.max(SEARCH_PROBES, Math.ceil(scanTuples / vectorsOfList)),
    scanTuples,
    iterates: true,
  };
}
