/** What one call of a text embedder takes: the rows of its largest batch, and bytes that no queue minds. */
const BATCH_TEXTS = 32;
const BATCH_BYTES = 262_144;

/** Cuts texts into batches for the runner, in order; one that is larger than a batch goes alone. */
export function batchTexts(texts: readonly Uint8Array[]): Uint8Array[][] {
  const batches: Uint8Array[][] = [];
  let batch: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const text of texts) {
    const isFull = batch.length === BATCH_TEXTS || sizeBytes + text.byteLength > BATCH_BYTES;
    if (isFull && batch.length > 0) {
      batches.push(batch);
      batch = [];
      sizeBytes = 0;
    }
    batch.push(text);
    sizeBytes += text.byteLength;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}
