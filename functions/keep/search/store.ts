import { type SQL, sql } from "drizzle-orm";
import { embeddingsImage, embeddingsText, embeddingsTextRecords } from "../../../drizzle/embed.ts";
import { inferenceBodies, inferences } from "../../../drizzle/keep.ts";
import { CONSENT_TIERS, mayKeep } from "../../contracts/tiers.ts";
import { tierNow } from "../records/inferenceRow.ts";
import type { Distance, SearchedKind, SearchFilter } from "./schema.ts";

const TABLES = {
  text: { table: embeddingsText, item: sql.raw("text_hash") },
  image: { table: embeddingsImage, item: sql.raw("inference_id") },
} as const;

const WHOLE_NUMBERS_TO_ONE = 1e7;

/**
 * The direction of a query's vector, which is all that the cosine distance looks at, as whole numbers: Postgres
 * reads these in half the time, and reading is what a tenth of a search is spent on.
 */
function directionOf(vector: readonly number[]): SQL {
  const scale = WHOLE_NUMBERS_TO_ONE / Math.hypot(...vector);
  const whole = vector.map((number) => Math.round(number * scale));
  return sql`${`{${whole.join(",")}}`}::int[]::vector`;
}

/** A point this near to the origin is as far from a stored vector as the origin is; nearer, float4 underflows. */
const MAGNITUDE_MIN = 1e-20;

const list = (parts: readonly SQL[]): SQL => sql.join([...parts], sql`, `);

const all = (conditions: readonly SQL[]): SQL => sql.join([...conditions], sql` and `);

/** That a tier keeps what is searched. */
const keeps = (tier: SQL, kind: SearchedKind): SQL => {
  const tiers = CONSENT_TIERS.filter((name) => mayKeep(name, kind));
  return sql`${tier} in (${list(tiers.map((name) => sql`${name}`))})`;
};

/** That a record `i` may be shown: the tier it was kept under, and the tier its subject has now, both hold it. */
const isVisible = (organizationId: string, kind: SearchedKind): SQL =>
  all([sql`i.organization_id = ${organizationId}`, keeps(sql`i.tier`, kind), keeps(tierNow, kind)]);

/** The period of a filter, of some table's `created_at`. */
const periodOf = ({ from, to }: SearchFilter, createdAt: SQL): SQL[] => [
  ...(from === undefined ? [] : [sql`${createdAt} >= ${from}::timestamptz`]),
  ...(to === undefined ? [] : [sql`${createdAt} < ${to}::timestamptz`]),
];

/** What an index of `inferences i` finds: the episode and the period. */
const indexedConditions = (filter: SearchFilter): SQL[] => [
  ...(filter.episode_id === undefined ? [] : [sql`i.episode_id = ${filter.episode_id}`]),
  ...periodOf(filter, sql`i.created_at`),
];

/**
 * What a cheap count says of the vectors: all there are, by the size of their table; the organization's own, at most
 * `capAt100k`, which grows with the root of all; and the kind of the index. Without statistics four share a page.
 */
export const countVectors = (organizationId: string, kind: SearchedKind, capAt100k: number): SQL => sql`
  with stored as (
    select pg_relation_size(oid)::float8 / current_setting('block_size')::int
        * case when relpages > 0 then reltuples::float8 / relpages else 4 end as total
    from pg_class where oid = ${`public.embeddings_${kind}`}::regclass)
  select total,
    (select count(*)::int from (
      select from ${TABLES[kind].table} t where t.organization_id = ${organizationId}
      limit (select 1 + ceil(${capAt100k}::float8 * sqrt(total / 100000)) from stored)) own) as own,
    vector_index_kind() as index_kind
  from stored`;

/** How many records the indexed conditions of a filter leave, up to `cap`. */
export const countFiltered = (organizationId: string, filter: SearchFilter, cap: number): SQL => sql`
  select count(*)::int as records from (
    select from ${inferences} i
    where ${all([sql`i.organization_id = ${organizationId}`, ...indexedConditions(filter)])}
    limit ${cap}) filtered`;

/** The vector of a record's own text or image, if it may be shown. */
export const vectorOfRecord = (
  organizationId: string,
  kind: SearchedKind,
  model: string,
  record: { id: string; createdAt: string },
): SQL => {
  const own =
    kind === "text"
      ? sql`${embeddingsTextRecords} r on r.inference_id = i.id join ${embeddingsText} t
          on t.organization_id = r.organization_id and t.text_hash = r.text_hash`
      : sql`${embeddingsImage} t on t.inference_id = i.id`;
  return sql`
    select t.embedding::text as vector, t.${TABLES[kind].item}::text as item
    from ${inferences} i join ${own}
    where i.id = ${record.id} and i.created_at = ${record.createdAt}::timestamptz
      and t.model = ${model} and ${isVisible(organizationId, kind)}`;
};

/** How the candidates of a search are found, nearest first. */
export type SearchPlan =
  | { readonly by: "index"; readonly index: "hnsw" | "ivfflat"; readonly settings: IndexSettings }
  /** Compares with every vector of the organization. */
  | { readonly by: "organization" }
  /** Compares with the vectors of the records that the indexed conditions of the filter leave. */
  | { readonly by: "filter" };

export interface IndexSettings {
  readonly efSearch: number;
  readonly probes: number;
  readonly maxProbes: number;
  readonly scanTuples: number;
  /** Whether an HNSW scan goes on where its candidates are not enough. */
  readonly iterates: boolean;
}

export interface NearestRequest {
  readonly kind: SearchedKind;
  /** Only its vectors are compared. */
  readonly model: string;
  readonly distance: Distance;
  readonly vector: readonly number[];
  readonly filter: SearchFilter;
  /** The text or image that is not to be found: the one asked with. */
  readonly except: string | null;
  readonly plan: SearchPlan;
  readonly rows: number;
}

/** Settings of Postgres for a search through an index. */
const indexSettings = ({
  efSearch,
  probes,
  maxProbes,
  scanTuples,
  iterates,
}: IndexSettings): Record<string, string> => ({
  "hnsw.iterative_scan": iterates ? "relaxed_order" : "off",
  "hnsw.ef_search": String(efSearch),
  "hnsw.max_scan_tuples": String(scanTuples),
  // Else the memory of an iterative scan ends it before max_scan_tuples does.
  "hnsw.scan_mem_multiplier": "16",
  "ivfflat.probes": String(probes),
  "ivfflat.max_probes": String(maxProbes),
});

/**
 * The nearest records that may be shown, one per text or image; nearest first. A row without a record is a text whose
 * newest records were looked at in vain, and which has more. The filter has a period. See migration 0012.
 */
export function findNearest(organizationId: string, request: NearestRequest): SQL {
  const { kind, model, distance, vector, plan, rows, except, filter } = request;
  const nearest = kind === "text" ? sql`nearest_texts` : sql`nearest_images`;
  const magnitude = distance === "euclidean" ? Math.max(MAGNITUDE_MIN, Math.hypot(...vector)) : null;
  const settings = plan.by === "index" ? JSON.stringify(indexSettings(plan.settings)) : null;
  const tiers = CONSENT_TIERS.filter((tier) => mayKeep(tier, kind));
  return sql`
    select near.distance, near.tier_now, to_json(near.record) as record
    from ${nearest}(${organizationId}, ${model}, ${directionOf(vector)}, ${magnitude}::float8,
      ${plan.by}, ${settings}::jsonb, ${rows}, ${except}, ${`{${tiers.join(",")}}`}::text[], ${JSON.stringify(filter)}::jsonb) near
    order by near.distance, (near.record).id desc`;
}

/**
 * The payloads of records that were found. Asked for by times that are known when it is planned: else each of
 * the many partitions would be planned for.
 */
export const payloadsOf = (
  organizationId: string,
  records: readonly { readonly id: string; readonly createdAt: string }[],
): SQL => sql`
  select b.id, b.payload, encode(b.payload_gzip, 'base64') as payload_gzip from ${inferenceBodies} b
  where b.organization_id = ${organizationId}
    and b.created_at in (${list(records.map(({ createdAt }) => sql`${createdAt}::timestamptz`))})
    and b.id in (${list(records.map(({ id }) => sql`${id}::uuid`))})`;
