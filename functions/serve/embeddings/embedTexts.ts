import { done, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure, Runner } from "../../contracts/ports.ts";
import { type Embedder, embed } from "../../embed/embed.ts";
import { batchTexts } from "./batchTexts.ts";

/** Batches of one request that are under way at once: the runner has others to serve. */
const BATCHES_AT_ONCE = 4;

/** The vectors of all texts, and the milliseconds that the runner says it waited and computed. */
export interface EmbeddedTexts {
  readonly vectors: Float32Array[];
  readonly queueMs: number | null;
  readonly computeMs: number | null;
}

/** A runner that notes what its slowest answer spent where. */
function watched(runner: Runner): { runner: Runner; slowest: { queueMs: number; computeMs: number } | null } {
  const watch: ReturnType<typeof watched> = {
    slowest: null,
    runner: {
      async infer(request, deadlineAtMs) {
        const answer = await runner.infer(request, deadlineAtMs);
        if (!answer.ok) return answer;
        const { queueMs, computeMs } = answer.value;
        const spentMs = watch.slowest === null ? -1 : watch.slowest.queueMs + watch.slowest.computeMs;
        if (queueMs !== null && computeMs !== null && queueMs + computeMs > spentMs)
          watch.slowest = { queueMs, computeMs };
        return answer;
      },
    },
  };
  return watch;
}

/**
 * Embeds texts (UTF-8) in the order given, batch by batch, a few at once, all before one deadline (milliseconds since
 * 1970). Fails with the first batch that fails: all or nothing.
 */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly Uint8Array[],
  runner: Runner,
  deadlineAtMs: number,
  traceparent: string,
): Promise<Outcome<EmbeddedTexts, InferFailure>> {
  const batches = batchTexts(texts);
  const vectors: Float32Array[] = [];
  const spent: { queueMs: number; computeMs: number }[] = [];
  for (let start = 0; start < batches.length; start += BATCHES_AT_ONCE) {
    const watch = watched(runner);
    const wave = await Promise.all(
      batches
        .slice(start, start + BATCHES_AT_ONCE)
        .map((batch) => embed(embedder, batch, watch.runner, deadlineAtMs, traceparent)),
    );
    for (const answer of wave) {
      if (!answer.ok) return answer;
      vectors.push(...answer.value);
    }
    if (watch.slowest !== null) spent.push(watch.slowest);
  }
  const total = (stage: "queueMs" | "computeMs") =>
    spent.length === 0 ? null : spent.reduce((sum, slowest) => sum + slowest[stage], 0);
  return done({ vectors, queueMs: total("queueMs"), computeMs: total("computeMs") });
}
