import type { Readable } from "node:stream";
import { type Entry, openPromise } from "yauzl";
import { Unreadable } from "../refuseFile.ts";

/** A zip archive whose entries can be read one at a time, in bounded memory. */
export interface Zip {
  has(name: string): boolean;
  /** @param mostBytes more than this unpacked is refused before anything is. */
  read(name: string, mostBytes: number): Promise<Readable>;
  close(): void;
}

const MOST_ENTRIES = 10_000;
/** Text of tables shrinks some 5 to 50 times. */
const MOST_RATIO = 200;
/** What is this small is harmless however far it was packed. */
const SMALL_BYTES = 32 * 1024 * 1024;

/**
 * Opens a zip archive. A bomb is refused by the sizes that it states, and its entries are unpacked no further than they
 * state. Throws `Unreadable`, and what the library throws on a damaged archive.
 */
export async function openZip(path: string): Promise<Zip> {
  const zip = await openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    if (zip.entryCount > MOST_ENTRIES)
      throw new Unreadable(
        `it is an archive of ${zip.entryCount.toLocaleString("en")} files`,
        "Save it again.",
      );
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return {
      has: (name) => entries.has(name),
      read: async (name, mostBytes) => {
        const entry = entries.get(name);
        if (entry === undefined) throw new Unreadable(`it lacks its part ${name}`);
        refuseBomb(entry, mostBytes);
        return zip.openReadStreamPromise(entry);
      },
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function refuseBomb(
  { fileName, compressedSize, uncompressedSize, ...entry }: Entry,
  mostBytes: number,
): void {
  if (entry.generalPurposeBitFlag & 1) throw new Unreadable("it is encrypted", "Save it without a password.");
  const isBomb = uncompressedSize > SMALL_BYTES && uncompressedSize > MOST_RATIO * compressedSize;
  if (!isBomb && uncompressedSize <= mostBytes) return;
  const size = `${Math.round(uncompressedSize / 1024 / 1024).toLocaleString("en")} MB`;
  throw new Unreadable(
    `its part ${fileName} would unpack to ${size}${isBomb ? ", far more than a table packed to its size" : ""}`,
    "Save the table as CSV or Parquet.",
  );
}
