import { fromPublicId } from "../../contracts/identifiers.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { Problem } from "../../contracts/problems.ts";
import { vectorDimensions } from "../../embed/embed.ts";
import { normalizeText } from "../../embed/normalizeText.ts";
import type { Distance, SearchedKind, SearchFilter, SearchRequest } from "./schema.ts";

/** What the neighbors are asked of, as it came. */
export type Probe =
  | { readonly by: "text"; readonly text: string }
  | { readonly by: "image"; readonly image: string }
  | { readonly by: "vector"; readonly vector: readonly number[] }
  | { readonly by: "like"; readonly id: string };

/** A search that can be run: one probe, and a kind of vectors that it compares with. */
export interface SearchQuery {
  readonly probe: Probe;
  readonly kind: SearchedKind;
  readonly distance: Distance;
  readonly limit: number;
  readonly filter: SearchFilter;
  /** What each hit shows beside its record. */
  readonly include: "text" | undefined;
}

const wrong = (pointer: string, detail: string): Outcome<never, Problem> =>
  failed({ code: "invalid_request", errors: [{ pointer, detail }] });

/** Judges what the shape of a search cannot say: one probe, comparable with what is searched; a period in order. */
export function readQuery(request: SearchRequest): Outcome<SearchQuery, Problem> {
  const probe = readProbe(request);
  if (!probe.ok) return probe;
  const own = kindOf(probe.value);
  if (own === undefined) {
    const lengths = `${vectorDimensions("text")} numbers (text) or ${vectorDimensions("image")} (image)`;
    return wrong("/vector", `A vector has ${lengths}.`);
  }
  if (own !== null && request.in !== undefined && request.in !== own)
    return wrong("/in", `A query by ${own} compares with vectors of ${own}s alone.`);
  const { from, to } = request.filter;
  if (from !== undefined && to !== undefined && Date.parse(from) >= Date.parse(to))
    return wrong("/filter/to", "The period ends before it begins.");
  const { distance, limit, filter, include } = request;
  return done({ probe: probe.value, kind: own ?? request.in ?? "text", distance, limit, filter, include });
}

function readProbe({ text, image, vector, like }: SearchRequest): Outcome<Probe, Problem> {
  const probes: Probe[] = [];
  if (text !== undefined) probes.push({ by: "text", text: normalizeText(text) });
  if (image !== undefined) probes.push({ by: "image", image });
  if (vector !== undefined) probes.push({ by: "vector", vector });
  if (like !== undefined) probes.push({ by: "like", id: fromPublicId("inference", like) ?? "" });
  const [probe, second] = probes;
  if (probe === undefined || second !== undefined)
    return wrong("", "Send exactly one of `text`, `image`, `vector` and `like`.");
  if (probe.by === "text" && probe.text === "") return wrong("/text", "The text holds nothing but space.");
  if (probe.by === "like" && probe.id === "") return wrong("/like", "This is not the id of a record.");
  return done(probe);
}

/** The kind of vectors that a probe compares with: null where it has both, undefined where it has none. */
function kindOf(probe: Probe): SearchedKind | null | undefined {
  if (probe.by === "like") return null;
  if (probe.by !== "vector") return probe.by;
  return (["text", "image"] as const).find((kind) => vectorDimensions(kind) === probe.vector.length);
}
