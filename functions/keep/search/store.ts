import { type SQL, sql } from "drizzle-orm";
import { embeddingsImage, embeddingsText, embeddingsTextRecords } from "../../../drizzle/embed.ts";
import { inferenceBodies, inferences } from "../../../drizzle/keep.ts";
import { CONSENT_TIERS, mayKeep } from "../../contracts/tiers.ts";
import { embeddingModel } from "../../embed/embed.ts";
import { inferenceColumns, tierNow } from "../records/inferenceRow.ts";
import type { Distance, SearchedKind, SearchFilter } from "./schema.ts";

/** Newest records of one text that are looked at for one that may be shown. */
export const RECORDS_OF_TEXT = 500;

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

const conditionsOf = (filter: SearchFilter): SQL[] => {
  const equal = [
    [sql`i.model`, filter.model],
    [sql`i.model_version`, filter.model_version],
    [sql`i.robot_type`, filter.robot_type],
    [sql`i.environment`, filter.environment],
    [sql`i.status`, filter.status],
    [sql`i.source`, filter.source],
  ] as const;
  return [
    ...indexedConditions(filter),
    ...equal.flatMap(([column, value]) => (value === undefined ? [] : [sql`${column} = ${value}`])),
    ...(filter.min_safety_score === undefined ? [] : [sql`i.safety_score >= ${filter.min_safety_score}`]),
  ];
};

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
      and t.model = ${embeddingModel(kind)} and ${isVisible(organizationId, kind)}`;
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
}

export interface NearestRequest {
  readonly kind: SearchedKind;
  readonly distance: Distance;
  readonly vector: readonly number[];
  readonly filter: SearchFilter;
  /** The text or image that is not to be found: the one asked with. */
  readonly except: string | null;
  readonly plan: SearchPlan;
  readonly rows: number;
}

/**
 * Settings of a search for its transaction. The rule has chosen how to look, not the planner: its statistics
 * may be old, or missing as on an embedded Postgres, and any plan but loops over indexes reads whole tables.
 * The costs that it then believes in must not start the JIT compiler.
 */
export function planSettings({ plan }: Pick<NearestRequest, "plan">): SQL {
  const settings = plan.by === "index" ? indexSettings(plan.settings) : [];
  const pairs = [
    ["jit", "off"],
    ["enable_seqscan", "off"],
    ["enable_hashjoin", "off"],
    ["enable_mergejoin", "off"],
    ["enable_sort", plan.by === "index" ? "off" : "on"],
    ...settings,
  ];
  return sql`select ${list(pairs.map(([name, value]) => sql`set_config(${name}, ${value}, true)`))}`;
}

const indexSettings = ({ efSearch, probes, maxProbes, scanTuples }: IndexSettings): [string, string][] => [
  ["hnsw.ef_search", String(efSearch)],
  ["hnsw.max_scan_tuples", String(scanTuples)],
  // Else the memory of an iterative scan ends it before max_scan_tuples does.
  ["hnsw.scan_mem_multiplier", "16"],
  ["ivfflat.probes", String(probes)],
  ["ivfflat.max_probes", String(maxProbes)],
];

/**
 * The nearest records that may be shown, one per text or image; nearest first. Candidates are pulled one by one
 * until there are enough, so that no filter and no withdrawal leaves too few. A row without an id is a text
 * whose newest records were looked at in vain, and which has more.
 */
export function findNearest(organizationId: string, request: NearestRequest): SQL {
  const { kind, distance, rows } = request;
  const hasMore =
    kind === "image"
      ? sql`false`
      : sql`exists (select from (${linksOf(organizationId, request)}) links offset ${RECORDS_OF_TEXT - 1})`;
  // An index gives its rows almost in order; they are sorted once they are there.
  return sql`
    with ranked as materialized (
      select ${sql.raw(distance === "cosine" ? "near.nearness" : "near.distance")} as distance, shown.*
      from (${candidates(organizationId, request)}) near
      left join lateral (${newestShown(organizationId, request)}) shown on true
      where shown.id is not null or ${hasMore}
      order by near.nearness limit ${rows})
    select * from ranked order by distance, id desc`;
}

function candidates(
  organizationId: string,
  { kind, distance, vector, filter, except, plan }: NearestRequest,
): SQL {
  const { table, item } = TABLES[kind];
  const conditions = [
    sql`t.organization_id = ${organizationId}`,
    sql`t.model = ${embeddingModel(kind)}`,
    ...(except === null ? [] : [sql`t.${item}::text <> ${except}`]),
    ...(plan.by === "filter" ? [sql`t.${item} in (${filteredItems(organizationId, kind, filter)})`] : []),
    ...(kind === "image" ? periodOf(filter, sql`t.created_at`) : []),
  ];
  const columns = kind === "image" ? sql`t.inference_id as item, t.created_at` : sql`t.text_hash as item`;
  // No index has `+ 0`: an exact search must not go through one.
  const exactly = plan.by === "index" ? sql`` : sql` + 0`;
  const nearness = sql`(t.embedding <=> ${directionOf(vector)})${exactly} as nearness`;
  // Stored vectors are of unit length: whatever the query's, they are in the same order by either distance.
  const euclidean = sql`t.embedding <-> ${`[${vector.map((number) => Math.fround(number)).join(",")}]`}::vector`;
  const shown = distance === "euclidean" ? sql`, ${euclidean} as distance` : sql``;
  return sql`select ${columns}, ${nearness}${shown} from ${table} t where ${all(conditions)} order by nearness`;
}

function filteredItems(organizationId: string, kind: SearchedKind, filter: SearchFilter): SQL {
  const conditions = all([sql`i.organization_id = ${organizationId}`, ...indexedConditions(filter)]);
  return kind === "image"
    ? sql`select i.id from ${inferences} i where ${conditions}`
    : sql`select r.text_hash from ${inferences} i join ${embeddingsTextRecords} r on r.inference_id = i.id
        where ${conditions}`;
}

/** The newest records of the text `near`. */
const linksOf = (organizationId: string, { filter }: NearestRequest): SQL => sql`
  select r.inference_id, r.created_at from ${embeddingsTextRecords} r
  where ${all([
    sql`r.organization_id = ${organizationId}`,
    sql`r.text_hash = near.item`,
    ...periodOf(filter, sql`r.created_at`),
  ])}
  order by r.created_at desc, r.inference_id desc limit ${RECORDS_OF_TEXT}`;

/**
 * The newest record behind the candidate `near` that may be shown, and passes the filter. Each record is fetched by
 * a sub-select of one row, a fence: else the planner copies all that is asked of it into every partition.
 */
function newestShown(organizationId: string, request: NearestRequest): SQL {
  const { kind, filter } = request;
  const fetched = (id: SQL, createdAt: SQL): SQL => sql`
    select ${inferenceColumns} from ${inferences} i
    where ${all([
      sql`i.id = ${id}`,
      sql`i.created_at = ${createdAt}`,
      sql`i.organization_id = ${organizationId}`,
      keeps(sql`i.tier`, kind),
      ...conditionsOf(filter),
    ])}
    limit 1`;
  const shownNow = keeps(sql`record.tier_now`, kind);
  if (kind === "image")
    return sql`
      select record.* from (${fetched(sql`near.item`, sql`near.created_at`)}) record where ${shownNow}`;
  return sql`
    select record.* from (${linksOf(organizationId, request)}) link
    cross join lateral (${fetched(sql`link.inference_id`, sql`link.created_at`)}) record
    where ${shownNow}
    order by link.created_at desc, link.inference_id desc limit 1`;
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
