import { type SQL, sql } from "drizzle-orm";

/** A kept exchange with its text and the text's vector, as a search finds it. */
export interface Searchable {
  readonly id: string;
  readonly createdAt: string;
  readonly textHash: string;
  readonly vector: Float32Array;
  readonly robotType?: string;
  readonly episodeId?: string;
  readonly subjectRef?: string;
  readonly tier?: "basic" | "analytics" | "research";
}

/** The id of the `index`-th record of a moment: a UUIDv7 that says both. */
export function recordAt(atMs: number, index: number): Pick<Searchable, "id" | "createdAt"> {
  const time = atMs.toString(16).padStart(12, "0");
  const rest = index.toString(16).padStart(12, "0");
  return {
    id: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${rest}`,
    createdAt: new Date(atMs).toISOString(),
  };
}

export const vectorText = (vector: ArrayLike<number>): string =>
  `[${Array.from(vector, (number) => Number(number.toPrecision(8))).join(",")}]`;

/** What `vectors` and `records` of the store below are made of. */
const incoming = (rows: readonly Searchable[]): string =>
  JSON.stringify(
    rows.map(({ vector, ...row }) => ({
      robotType: "franka",
      tier: "research",
      ...row,
      vector: vectorText(vector),
    })),
  );

/** Stores records as the drain does, with their vectors and links, and with less said about each. */
export const storeSearchables = (organizationId: string, rows: readonly Searchable[]): SQL => sql`
  with r as (
    select * from jsonb_to_recordset(${incoming(rows)}::jsonb) as r(id uuid, "createdAt" timestamptz, "textHash" text,
      vector text, "robotType" text, "episodeId" text, "subjectRef" text, tier text)
  ), vectors as (
    insert into embeddings_text (organization_id, text_hash, embedding, model)
    select distinct on ("textHash") ${organizationId}::uuid, "textHash", vector::vector, 'lexical-384' from r
    on conflict do nothing
  ), records as (
    insert into inferences (id, created_at, organization_id, subject_ref, tier, consent_event_id, content_hash, key_id,
      source, status, model, model_version, robot_type, action_space, frame, units, gripper_convention, norm_key,
      control_hz, chunk_size, episode_id, admit_ms, infer_ms, trace_id, configuration_hash, safety_score, text_state,
      image_state)
    select id, "createdAt", ${organizationId}::uuid, "subjectRef", tier, id, id::text, 'aaaaaaaa', 'act', 'served',
      'visual-servo', '1', "robotType", 'ee_delta', 'camera', 'metric', 'zero_closed_one_open', 'metric', 10, 8,
      "episodeId", 0.5, 12.25, 'trace', 'configuration', case tier when 'basic' then null else 0.7 end, 'stored', 'absent'
    from r
  )
  insert into embeddings_text_records (inference_id, organization_id, text_hash, created_at)
  select id, ${organizationId}::uuid, "textHash", "createdAt" from r`;

const measured = {
  cosine: (a: ArrayLike<number>, b: ArrayLike<number>) => 1 - dot(a, b),
  euclidean: (a: ArrayLike<number>, b: ArrayLike<number>) => Math.sqrt(Math.max(0, 2 - 2 * dot(a, b))),
};

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}

/** How far away the `limit`-th nearest of these vectors is, by comparing with each; all of unit length. */
export function farthestOfNearest(
  query: ArrayLike<number>,
  vectors: readonly ArrayLike<number>[],
  limit: number,
  distance: "cosine" | "euclidean",
): number {
  const distances = Float64Array.from(vectors, (vector) => measured[distance](query, vector));
  return distances.sort()[Math.min(limit, distances.length) - 1] ?? Number.POSITIVE_INFINITY;
}

/** Single precision, and the digits in which vectors are sent. */
const SAME = 1e-5;

/** The share of the true nearest that an answer holds: hits as near as the farthest of those. */
export const recallOf = (hits: readonly { distance: number }[], farthest: number, limit: number): number =>
  hits.filter((hit) => hit.distance <= farthest + SAME).length / limit;
