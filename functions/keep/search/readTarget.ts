import { z } from "zod";
import { uuidTimeMs } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import { embedderOf } from "../../embed/embed.ts";
import { storageProblem } from "../../guard/identity/storageProblem.ts";
import { type EmbeddingCall, embedImage, embedText } from "./embedQuery.ts";
import type { SearchQuery } from "./readQuery.ts";
import type { SearchPorts } from "./searchPorts.ts";
import { vectorOfRecord } from "./store.ts";

/** What the neighbors are compared with, and the text or image that is not one of them: the one asked with. */
export interface SearchTarget {
  readonly vector: readonly number[];
  readonly except: string | null;
}

const ownVectorSchema = z.object({ vector: z.string(), item: z.string() });
const numbersSchema = z.array(z.number());

/** The vector of a query, by the runner or out of the store. */
export async function readTarget(
  query: SearchQuery,
  call: EmbeddingCall,
  ports: SearchPorts,
): Promise<Outcome<SearchTarget, Problem>> {
  const target = await readVector(query, call, ports);
  if (!target.ok) return target;
  const { vector } = target.value;
  if (Math.hypot(...vector) > 0) return target;
  const pointer = `/${query.probe.by}`;
  return failed({
    code: "invalid_request",
    errors: [{ pointer, detail: "A vector of zeros points nowhere." }],
  });
}

async function readVector(
  { probe, kind }: SearchQuery,
  call: EmbeddingCall,
  ports: SearchPorts,
): Promise<Outcome<SearchTarget, Problem>> {
  switch (probe.by) {
    case "vector":
      return done({ vector: probe.vector, except: null });
    case "like":
      return await readOwnVector(probe.id, kind, call.organizationId, ports);
    case "text":
      return targetOf(await embedText(probe.text, call, ports));
    case "image":
      return targetOf(await embedImage(probe.image, call, ports));
  }
}

const targetOf = (embedded: Outcome<Float32Array, Problem>): Outcome<SearchTarget, Problem> =>
  embedded.ok ? done({ vector: Array.from(embedded.value), except: null }) : embedded;

/** Not found where there is no such record, its subject withdrew, or it has no vector of this kind. */
async function readOwnVector(
  id: string,
  kind: SearchQuery["kind"],
  organizationId: string,
  { database, configuration }: SearchPorts,
): Promise<Outcome<SearchTarget, Problem>> {
  const createdAt = new Date(uuidTimeMs(id)).toISOString();
  const { model } = embedderOf(kind, configuration);
  const answer = await database.forOrg(organizationId, [
    vectorOfRecord(organizationId, kind, model, { id, createdAt }),
  ]);
  if (!answer.ok) return failed(storageProblem(answer.failure));
  const [row] = answer.value[0] ?? [];
  if (row === undefined)
    return failed({ code: "not_found", errors: [{ pointer: "/like", detail: `It has no stored ${kind}.` }] });
  const { vector, item } = ownVectorSchema.parse(row);
  return done({ vector: numbersSchema.parse(JSON.parse(vector)), except: item });
}
