import { z } from "zod";
import { done, type Outcome } from "../../contracts/outcome.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import { toHex } from "../../contracts/toHex.ts";
import { embed, embeddingModel, type VectorKind } from "../../embed/embed.ts";
import { normalizeText, textHash } from "../../embed/normalizeText.ts";
import { anonymizeImage } from "../../guard/seal/anonymizeImage.ts";
import { makeTraceparent } from "../../observe/trace.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import { knownTexts, linkTexts, storeImageVectors, storeTextVectors } from "../records/store.ts";
import { type DrainPorts, IDLE, type StageResult } from "./drainPorts.ts";
import { readLedger } from "./readLedger.ts";
import {
  ledgerRef,
  seqsOf,
  type WaitingEntry,
  type WaitingImage,
  waitingEntries,
  withImages,
} from "./waitingEntry.ts";

const EMBED_DEADLINE_MS = 10_000;
const IMAGES_PER_CALL = 16;

const hashSchema = z.object({ text_hash: z.string() });

/** Third stage: vectors, once per distinct text, and for the keyframes of what was stored. */
export async function storeVectors(
  queue: EntryQueue,
  organizationId: string,
  ports: DrainPorts,
): Promise<StageResult> {
  const limit = ports.configuration.OUTBOX_BATCH_ENTRIES;
  const entries = waitingEntries(queue, "vectors", limit);
  if (entries.length === 0) return IDLE;
  const keyframes = withImages(
    queue,
    queue.oldest("vectors", limit).filter((row) => row.has_image),
  );
  const texts = await storeTexts(organizationId, entries, ports);
  const images = texts && (await storeKeyframes(organizationId, keyframes, ports));
  if (!images) {
    queue.countAttempt(seqsOf(entries));
    ports.meter.count("headgate_drain_failures_total", { part: "vectors" });
    return { moved: 0, failed: true };
  }
  queue.remove(seqsOf(entries));
  return { moved: entries.length, failed: false };
}

async function storeTexts(
  organizationId: string,
  entries: readonly WaitingEntry[],
  ports: DrainPorts,
): Promise<boolean> {
  const links = await linksOf(entries);
  if (links.length === 0) return true;
  const texts = new Map(links.map((link) => [link.hash, link.text]));
  const known = await ports.database.forOrg(organizationId, [knownTexts(organizationId, [...texts.keys()])]);
  if (!known.ok) return false;

  const present = new Set((known.value[0] ?? []).map((row) => hashSchema.parse(row).text_hash));
  const missing = [...texts].filter(([hash]) => !present.has(hash));
  const encoder = new TextEncoder();
  const vectors = await embedAll(
    "text",
    missing.map(([, text]) => encoder.encode(text)),
    ports,
  );
  if (!vectors.ok) return false;

  const fresh = missing.flatMap(([hash], index) => {
    const vector = vectors.value[index];
    return vector === undefined || vector === null ? [] : [{ hash, vector }];
  });
  const embedded = new Set([...present, ...fresh.map(({ hash }) => hash)]);
  const linkable = links.filter((link) => embedded.has(link.hash));
  const stored = await ports.database.forOrg(organizationId, [
    storeTextVectors(organizationId, embeddingModel("text"), fresh),
    linkTexts(organizationId, linkable),
  ]);
  if (stored.ok) ports.meter.count("headgate_embeddings_total", { kind: "text" }, fresh.length);
  return stored.ok;
}

/** Each record with its text, normalized and hashed once however many records share it: an episode's do. */
async function linksOf(entries: readonly WaitingEntry[]) {
  const instructions = new Set(entries.flatMap(({ record }) => record.instruction ?? []));
  const texts = new Map(
    await Promise.all(
      [...instructions].map(async (instruction) => {
        const text = normalizeText(instruction);
        return [instruction, { text, hash: await textHash(text) }] as const;
      }),
    ),
  );
  return entries.flatMap(({ record }) => {
    const text = record.instruction === null ? undefined : texts.get(record.instruction);
    return text === undefined ? [] : [{ id: record.id, createdAtMs: record.createdAtMs, ...text }];
  });
}

async function storeKeyframes(
  organizationId: string,
  keyframes: readonly WaitingImage[],
  ports: DrainPorts,
): Promise<boolean> {
  if (keyframes.length === 0) return true;
  const ledger = await readLedger(ports.database, organizationId, keyframes.map(ledgerRef));
  if (!ledger.ok) return false;

  const frames = await Promise.all(
    keyframes.map(async (entry) => {
      const { tier, keySeed } = ledger.value(ledgerRef(entry));
      if (tier !== "research" || keySeed === null) return null;
      const image = await anonymizeImage(entry, keySeed, ports.configuration.PENDING_SECRET);
      return image.ok ? { entry, bytes: image.value.bytes } : null;
    }),
  );
  const readable = frames.filter((frame) => frame !== null);
  const vectors = await embedAll(
    "image",
    readable.map((frame) => frame.bytes),
    ports,
  );
  if (!vectors.ok) return false;

  const rows = readable.flatMap(({ entry }, index) => {
    const vector = vectors.value[index];
    return vector === undefined || vector === null
      ? []
      : [{ id: entry.record.id, createdAtMs: entry.record.createdAtMs, vector }];
  });
  if (rows.length === 0) return true;
  const stored = await ports.database.forOrg(organizationId, [
    storeImageVectors(organizationId, embeddingModel("image"), rows),
  ]);
  if (stored.ok) ports.meter.count("headgate_embeddings_total", { kind: "image" }, rows.length);
  return stored.ok;
}

/**
 * Vectors in the order of the items; null for one that the model cannot read, so that it holds up no other.
 * Fails when the runner is away.
 */
async function embedAll(
  kind: VectorKind,
  items: readonly Uint8Array[],
  ports: DrainPorts,
): Promise<Outcome<(Float32Array | null)[], InferFailure>> {
  const vectors: (Float32Array | null)[] = [];
  for (let start = 0; start < items.length; start += IMAGES_PER_CALL) {
    const chunk = items.slice(start, start + IMAGES_PER_CALL);
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
  const traceparent = makeTraceparent({ traceId: hex(ports, 16), spanId: hex(ports, 8), sampled: false });
  return embed(kind, items, ports.runner, ports.clock.now() + EMBED_DEADLINE_MS, traceparent);
}

const hex = (ports: DrainPorts, lengthBytes: number): string => toHex(ports.random.bytes(lengthBytes));
