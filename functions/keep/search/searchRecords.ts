import { z } from "zod";
import { toPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { DatabaseFailure, Row } from "../../contracts/ports.ts";
import type { Problem } from "../../contracts/problems.ts";
import { consentTierSchema } from "../../contracts/tiers.ts";
import { embedderOf } from "../../embed/embed.ts";
import { storageProblem } from "../../guard/identity/storageProblem.ts";
import { type InferenceRow, inferenceJsonSchema, inferenceOf } from "../records/inferenceRow.ts";
import type { EmbeddingCall } from "./embedQuery.ts";
import { gateQuery } from "./gateQuery.ts";
import { type PlannedSearch, planSearch } from "./planSearch.ts";
import { readQuery, type SearchQuery } from "./readQuery.ts";
import { readTarget, type SearchTarget } from "./readTarget.ts";
import { readTexts } from "./readTexts.ts";
import type { SearchAnswer, SearchFilter, SearchRequest } from "./schema.ts";
import type { SearchPorts } from "./searchPorts.ts";
import { findNearest, type NearestRequest } from "./store.ts";

const DAY_MS = 86_400_000;

type Found = InferenceRow & { readonly distance: number };

/** Null: a text behind whose newest records none may be shown, and there are more. */
const rowSchema = z
  .object({
    distance: z.number(),
    tier_now: consentTierSchema.nullable(),
    record: inferenceJsonSchema.nullable(),
  })
  .transform(({ distance, tier_now, record }): Found | null =>
    record === null ? null : { ...record, distance, tier_now },
  );

/**
 * Finds an organization's kept exchanges whose text or image is nearest to a query. Shows what the tier that
 * holds now for each record's subject keeps, and nothing of who withdrew.
 */
export async function searchRecords(
  request: SearchRequest,
  call: EmbeddingCall,
  ports: SearchPorts,
): Promise<Outcome<SearchAnswer, Problem>> {
  const query = readQuery(request);
  if (!query.ok) return query;
  const gated = gateQuery(request, ports);
  if (!gated.ok) return gated;
  const target = await readTarget(query.value, call, ports);
  if (!target.ok) return target;
  const answer = await look(query.value, target.value, call.organizationId, ports);
  if (!answer.ok) return failed(storageProblem(answer.failure));
  const { in: kind, index, truncated } = answer.value;
  const outcome = truncated ? "truncated" : "complete";
  ports.meter.count("headgate_searches_total", { kind, index, outcome });
  return answer;
}

async function look(
  query: SearchQuery,
  target: SearchTarget,
  organizationId: string,
  ports: SearchPorts,
): Promise<Outcome<SearchAnswer, DatabaseFailure>> {
  const filter = whileKept(query.filter, ports);
  const planned = await planSearch(organizationId, query, filter, ports);
  if (!planned.ok) return planned;
  const { kind, distance, limit } = query;
  const { plan } = planned.value;
  const { model } = embedderOf(kind, ports.configuration);
  const nearest = { kind, model, distance, filter, ...target };
  const answer = await findAmong(organizationId, nearest, planned.value, limit, ports);
  if (!answer.ok) return answer;
  const { found, truncated } = answer.value;
  const texts = await readTexts(organizationId, query.include === "text" ? found : [], ports.database);
  if (!texts.ok) return texts;
  const hits = found.map((row) => ({
    id: toPublicId("inference", row.id),
    score: distance === "cosine" ? 1 - row.distance : 1 / (1 + row.distance),
    distance: row.distance,
    ...(query.include === undefined ? {} : { text: texts.value.get(row.id) ?? null }),
    record: inferenceOf(row),
  }));
  return done({ hits, in: kind, distance, index: plan.by === "index" ? plan.index : "exact", truncated });
}

/**
 * The filter within the time of which there are vectors, so that no other partition is planned for. Vectors go
 * with their payloads; a day more on either side is for clocks, and for a deletion that is late.
 */
function whileKept(filter: SearchFilter, { clock, configuration }: SearchPorts): SearchFilter {
  const oldestMs = clock.now() - (configuration.RETENTION_BODIES_DAYS + 1) * DAY_MS;
  const fromMs = Math.max(oldestMs, filter.from === undefined ? oldestMs : Date.parse(filter.from));
  const latestMs = clock.now() + DAY_MS;
  const toMs = Math.min(latestMs, filter.to === undefined ? latestMs : Date.parse(filter.to));
  return { ...filter, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

interface Nearest {
  readonly found: readonly Found[];
  readonly truncated: boolean;
}

/** Looks as planned; and once more, as the plan says, where too few were found to answer with. */
async function findAmong(
  organizationId: string,
  nearest: Omit<NearestRequest, "plan" | "rows">,
  planned: PlannedSearch,
  limit: number,
  ports: SearchPorts,
): Promise<Outcome<Nearest, DatabaseFailure>> {
  const { plan, rows, otherwise } = planned;
  const answer = await ports.database.forOrg(organizationId, [
    findNearest(organizationId, { ...nearest, plan, rows }),
  ]);
  if (!answer.ok) return answer;
  const hits = foundAmong(answer.value[0] ?? [], limit, planned);
  if (hits.found.length === limit || otherwise === null) return done(hits);
  return await findAmong(organizationId, nearest, otherwise, limit, ports);
}

/** The first hits of the rows, and whether something before the last of them may have been passed over. */
function foundAmong(answered: readonly Row[], limit: number, { rows, bounded }: PlannedSearch): Nearest {
  const nearest = answered.map((row) => rowSchema.parse(row));
  const found = nearest.filter((row) => row !== null).slice(0, limit);
  const last = found.at(-1);
  if (found.length === limit && last !== undefined)
    return { found, truncated: nearest.slice(0, nearest.indexOf(last)).includes(null) };
  return { found, truncated: bounded || nearest.length === rows || nearest.includes(null) };
}
