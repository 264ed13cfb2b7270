import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import { type CommandFailure, wrongUsage } from "../failure.ts";
import type { CatalogFile } from "./catalog.ts";

/** Opens a file of the catalog for reading; the iterable throws where reading breaks off. */
export type OpenFile = (file: CatalogFile) => Promise<Outcome<AsyncIterable<Uint8Array>, CommandFailure>>;

const unreachable = (url: string, reason: string): Outcome<never, CommandFailure> => ({
  ok: false,
  failure: {
    kind: "unreachable",
    sentence: `${new URL(url).host} did not give ${basename(url)}: ${reason}.`,
  },
});

/** Longest silence of a server, before and between the pieces of a file. */
const SILENCE_MS = 30_000;

/** The pieces of a body; gives up when none comes for a while. */
async function* readPieces(
  body: AsyncIterable<Uint8Array>,
  abort: AbortController,
): AsyncGenerator<Uint8Array> {
  let timer = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    for await (const piece of body) {
      clearTimeout(timer);
      yield piece;
      timer = setTimeout(() => abort.abort(), SILENCE_MS);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Files from where the catalog says that they are. */
export const openUrl: OpenFile = async ({ url }) => {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), SILENCE_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (response.ok && response.body !== null) return done(readPieces(response.body, abort));
    await response.body?.cancel();
    return unreachable(url, `it answered ${response.status}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return unreachable(url, cause instanceof Error ? cause.message : String(cause));
  } finally {
    clearTimeout(timer);
  }
};

/** Files from a folder, under their path in the repository or the name that they have at their source. */
export const openFrom =
  (folder: string): OpenFile =>
  async ({ path, url }) => {
    for (const name of [path, basename(url)]) {
      const file = join(folder, name);
      const isThere = await access(file).then(
        () => true,
        () => false,
      );
      if (isThere) return done(createReadStream(file));
    }
    return wrongUsage(`${folder} holds neither ${path} nor ${basename(url)}.`);
  };
