import { z } from "zod";
import type { RuleId } from "../../contracts/gates.ts";
import type { Row } from "../../contracts/ports.ts";
import { mayKeep } from "../../contracts/tiers.ts";
import { embedderOf } from "../../embed/embed.ts";
import { normalizeText, textHash } from "../../embed/normalizeText.ts";
import { type HashedImage, markImages } from "../duplicates/markImages.ts";
import { markTexts } from "../duplicates/markTexts.ts";
import type { EntryQueue } from "../outbox/entryQueue.ts";
import { markRecords } from "../records/markOrder.ts";
import { knownTexts, linkTexts, storeImageVectors, storeTextVectors } from "../records/store.ts";
import { type DrainPorts, IDLE, type StageResult } from "./drainPorts.ts";
import { embedAll } from "./embedAll.ts";
import { cutKeyframes, findKeyframes, readKeyframes, type StoredKeyframe } from "./readKeyframes.ts";
import { readLedger } from "./readLedger.ts";
import { ledgerRef, seqsOf, type WaitingEntry, waitingEntries } from "./waitingEntry.ts";

const BLANK: RuleId = "image.blank";
const NEAR = { text: "duplicate.near_text", image: "duplicate.near_image" } as const satisfies Readonly<
  Record<string, RuleId>
>;

const hashSchema = z.object({ text_hash: z.string() });

/**
 * Third stage: vectors, once per distinct text, and for the keyframes of what was stored; and beside each the
 * signature that tells its near duplicates, in the same transaction.
 */
export async function storeVectors(
  queue: EntryQueue,
  organizationId: string,
  ports: DrainPorts,
): Promise<StageResult> {
  const entries = waitingEntries(queue, "vectors", ports.configuration.OUTBOX_BATCH_ENTRIES);
  if (entries.length === 0) return IDLE;
  if (!(await storeAllowed(organizationId, entries, ports))) {
    queue.countAttempt(seqsOf(entries));
    ports.meter.count("headgate_drain_failures_total", { part: "vectors" });
    return { moved: 0, failed: true };
  }
  queue.remove(seqsOf(entries));
  return { moved: entries.length, failed: false };
}

/** What the ledger allows at this moment: consent may have been withdrawn since the row was stored. */
async function storeAllowed(
  organizationId: string,
  entries: readonly WaitingEntry[],
  ports: DrainPorts,
): Promise<boolean> {
  const ledger = await readLedger(ports.database, organizationId, entries.map(ledgerRef));
  if (!ledger.ok) return false;
  const keeping = (part: "text" | "image"): WaitingEntry[] =>
    entries.filter((entry) => mayKeep(ledger.value(ledgerRef(entry)).tier, part));
  if (!(await storeTexts(organizationId, keeping("text"), ports))) return false;
  const keyframes = await findKeyframes(organizationId, keeping("image"), ports);
  if (!keyframes.ok) return false;
  for (const run of cutKeyframes(keyframes.value, ports.configuration.FRAME_PACK_MAX_BYTES)) {
    if (!(await storeKeyframes(organizationId, run, ports))) return false;
  }
  return true;
}

async function storeTexts(
  organizationId: string,
  entries: readonly WaitingEntry[],
  ports: DrainPorts,
): Promise<boolean> {
  const links = await linksOf(entries);
  if (links.length === 0) return true;
  const texts = new Map(links.map((link) => [link.hash, link.text]));
  const { model } = embedderOf("text", ports.configuration);
  const known = await ports.database.forOrg(organizationId, [
    knownTexts(organizationId, model, [...texts.keys()]),
  ]);
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

  const fresh = missing.flatMap(([hash, text], index) => {
    const vector = vectors.value[index];
    const createdAtMs = links.find((link) => link.hash === hash)?.createdAtMs;
    if (vector === undefined || vector === null || createdAtMs === undefined) return [];
    return [{ hash, text, vector, createdAtMs }];
  });
  const embedded = new Set([...present, ...fresh.map(({ hash }) => hash)]);
  const linkable = links.filter((link) => embedded.has(link.hash));
  const stored = await ports.database.forOrg(organizationId, [
    storeTextVectors(organizationId, model, fresh),
    linkTexts(organizationId, linkable),
    ...markTexts(organizationId, fresh, ports.configuration.NEAR_TEXT_SIMILARITY_MIN),
  ]);
  if (!stored.ok) return false;
  ports.meter.count("headgate_embeddings_total", { kind: "text" }, fresh.length);
  const [, , , marks = []] = stored.value;
  countSignatures("text", fresh.length, marks, ports);
  return true;
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
  keyframes: readonly StoredKeyframe[],
  ports: DrainPorts,
): Promise<boolean> {
  const stored = await readKeyframes(keyframes, ports);
  if (!stored.ok) return false;
  const readable = keyframes.flatMap(({ entry }, index) => {
    const bytes = stored.value[index] ?? null;
    return bytes === null ? [] : [{ entry, bytes }];
  });
  if (readable.length === 0) return true;
  const pictures = readable.map((frame) => frame.bytes);
  const [vectors, hashes] = await Promise.all([
    embedAll("image", pictures, ports),
    embedAll("image_hash", pictures, ports),
  ]);
  if (!vectors.ok) return false;

  const rows = vectorsOf(readable, vectors.value).map(({ item, vector }) => ({ ...item, vector }));
  if (rows.length === 0) return true;
  // A runner without this model keeps its vectors: near duplicates stay unmarked, and the metric says so.
  const hashed = hashes.ok
    ? vectorsOf(readable, hashes.value).map(({ item, vector }): HashedImage => ({ ...item, bits: vector }))
    : [];
  const blank = hashed.filter(({ bits }) => bits.every((bit) => bit < 0.5));
  const written = await ports.database.forOrg(organizationId, [
    storeImageVectors(organizationId, embedderOf("image", ports.configuration).model, rows),
    ...markImages(organizationId, hashed, ports.configuration.NEAR_IMAGE_DISTANCE_MAX_BITS),
    ...(blank.length === 0 ? [] : [markRecords(organizationId, blank, BLANK)]),
  ]);
  if (!written.ok) return false;
  ports.meter.count("headgate_embeddings_total", { kind: "image" }, rows.length);
  const [, , marks = [], blanks = []] = written.value;
  const skipped = { kind: "image", outcome: "skipped" };
  ports.meter.count("headgate_signatures_total", skipped, readable.length - hashed.length);
  countSignatures("image", hashed.length, marks, ports);
  ports.meter.count("headgate_gate_warnings_total", { rule: BLANK }, blanks.length);
  return true;
}

/** Records with their vectors; what the model could not read has none. */
function vectorsOf(
  frames: readonly { readonly entry: WaitingEntry }[],
  vectors: readonly (Float32Array | null)[],
): { item: { id: string; createdAtMs: number }; vector: Float32Array }[] {
  return frames.flatMap(({ entry: { record } }, index) => {
    const vector = vectors[index];
    if (vector === undefined || vector === null) return [];
    return [{ item: { id: record.id, createdAtMs: record.createdAtMs }, vector }];
  });
}

/** Counts what was signed, and what of it nearly repeats something older. */
function countSignatures(
  kind: keyof typeof NEAR,
  signed: number,
  marks: readonly Row[],
  { meter }: DrainPorts,
): void {
  meter.count("headgate_signatures_total", { kind, outcome: "stored" }, signed);
  meter.count("headgate_gate_warnings_total", { rule: NEAR[kind] }, marks.length);
}
