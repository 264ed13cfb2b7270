import { done, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import { embed, embedderOf, type VectorKind } from "../../embed/embed.ts";
import type { DrainPorts } from "./drainPorts.ts";
import { newTraceparent } from "./newTraceparent.ts";

const EMBED_DEADLINE_MS = 10_000;
const ITEMS_PER_CALL = 16;

/**
 * Vectors in the order of the items; null for one that the model cannot read, so that it holds up no other.
 * Fails when the runner is away.
 */
export async function embedAll(
  kind: VectorKind,
  items: readonly Uint8Array[],
  ports: DrainPorts,
): Promise<Outcome<(Float32Array | null)[], InferFailure>> {
  const vectors: (Float32Array | null)[] = [];
  for (let start = 0; start < items.length; start += ITEMS_PER_CALL) {
    const chunk = items.slice(start, start + ITEMS_PER_CALL);
    const answer = await embedChunk(kind, chunk, ports);
    if (answer.ok) vectors.push(...answer.value);
    else if (answer.failure.kind !== "invalid_input") return answer;
    else if (chunk.length === 1) vectors.push(null);
    else {
      for (const item of chunk) {
        const single = await embedChunk(kind, [item], ports);
        if (!single.ok && single.failure.kind !== "invalid_input") return single;
        vectors.push(single.ok ? (single.value[0] ?? null) : null);
      }
    }
  }
  return done(vectors);
}

function embedChunk(kind: VectorKind, items: readonly Uint8Array[], ports: DrainPorts) {
  const deadlineAtMs = ports.clock.now() + EMBED_DEADLINE_MS;
  return embed(
    embedderOf(kind, ports.configuration),
    items,
    ports.runner,
    deadlineAtMs,
    newTraceparent(ports),
    "batch",
  );
}
