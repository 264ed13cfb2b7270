import { type SQL, sql } from "drizzle-orm";
import { embeddingsImage, embeddingsText } from "../../../drizzle/embed.ts";
import { imageSignatures, textSignatures } from "../../../drizzle/keep.ts";
import type { SignedImage } from "./markImages.ts";
import type { SignedText } from "./markTexts.ts";

/** Of equally near keyframes the oldest is named; an index gives the nearest, and this many are told apart. */
const NEAREST = 16;

const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** Lets one transaction of an organization store signatures at a time: each sees all that came before. */
export const lockSignatures = (organizationId: string): SQL => sql`select lock_signatures(${organizationId})`;

/**
 * Stores signatures of texts whose vectors are there, and beside each the oldest text that shares a band and
 * at least so much of the signature. Answers the marks it made.
 */
export function storeTextSignatures(
  organizationId: string,
  texts: readonly SignedText[],
  leastSimilarity: number,
): SQL {
  const rows = texts.map(({ createdAtMs, ...text }) => ({ ...text, created_at: isoTime(createdAtMs) }));
  return sql`
    with fresh as materialized (
      select f.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as f(hash text, bands int[], signature int[], mate text, "mateSimilarity" real, created_at timestamptz)
      where exists (select 1 from ${embeddingsText} e
        where e.organization_id = ${organizationId} and e.text_hash = f.hash)
    ), stored as (
      insert into ${textSignatures} (organization_id, text_hash, bands, signature, created_at, near_duplicate_of,
        similarity)
      select ${organizationId}::uuid, f.hash, f.bands, f.signature, f.created_at,
        coalesce(older.text_hash, mate.hash), coalesce(older.similarity, case when mate.hash is not null then f."mateSimilarity" end)
      from fresh f
      left join fresh mate on mate.hash = f.mate
      left join lateral (
        select o.text_hash, alike.similarity from (
          select s.text_hash, s.signature from ${textSignatures} s
          where s.organization_id = ${organizationId} and s.bands && f.bands
          order by s.created_at, s.text_hash) o
        cross join lateral (
          select (count(*) filter (where a = b))::real / cardinality(o.signature) as similarity
          from unnest(o.signature, f.signature) as hashes(a, b)) alike
        where alike.similarity >= ${leastSimilarity}::real
        limit 1) older on true
      on conflict do nothing
      returning near_duplicate_of)
    select near_duplicate_of from stored where near_duplicate_of is not null`;
}

/**
 * Stores hashes of keyframes whose vectors are there, and beside each the nearest one stored before it, if at
 * most so many bits differ. Answers the marks it made.
 */
export function storeImageSignatures(
  organizationId: string,
  images: readonly SignedImage[],
  mostDistanceBits: number,
): SQL {
  const rows = images.map(({ createdAtMs, ...image }) => ({ ...image, created_at: isoTime(createdAtMs) }));
  return sql`
    with fresh as materialized (
      select f.id, f.created_at, f.signature::bit(64) as signature, f.mate, f."mateDistanceBits" as mate_distance
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as f(id uuid, created_at timestamptz, signature text, mate uuid, "mateDistanceBits" int)
      where exists (select 1 from ${embeddingsImage} e
        where e.organization_id = ${organizationId} and e.inference_id = f.id)
    ), stored as (
      insert into ${imageSignatures} (inference_id, created_at, organization_id, signature, near_duplicate_of,
        distance)
      select f.id, f.created_at, ${organizationId}::uuid, f.signature, nearest.id, nearest.distance
      from fresh f
      left join fresh mate on mate.id = f.mate
      left join lateral (
        select candidate.id, candidate.distance from (
          (select s.inference_id as id, s.created_at, (s.signature <~> f.signature)::int as distance
            from ${imageSignatures} s where s.organization_id = ${organizationId}
            order by s.signature <~> f.signature limit ${NEAREST})
          union all select mate.id, mate.created_at, f.mate_distance) candidate
        where candidate.id <> f.id and candidate.distance <= ${mostDistanceBits}::int
        order by candidate.distance, candidate.created_at, candidate.id limit 1) nearest on true
      on conflict do nothing
      returning near_duplicate_of)
    select near_duplicate_of from stored where near_duplicate_of is not null`;
}
