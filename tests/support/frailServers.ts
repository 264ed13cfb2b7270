import { createServer, type Server } from "node:http";

/** How the store behaves: as it should, refusing all, or never answering. */
export type StoreMode = "up" | "down" | "stalled";

/** A bucket behind S3's protocol, as far as Headgate speaks it, that can be made to fail. */
export interface FrailBucket {
  readonly url: string;
  readonly objects: ReadonlyMap<string, Buffer>;
  mode: StoreMode;
  close(): void;
}

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Starts a bucket in memory. It checks no signatures: tests/ports/s3ObjectStore.test.ts does. */
export async function openBucket(): Promise<FrailBucket> {
  const objects = new Map<string, Buffer>();
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (bucket.mode === "stalled") return;
    if (bucket.mode === "down") return response.writeHead(503).end();
    const url = new URL(request.url ?? "/", "http://x");
    const key = decodeURIComponent(url.pathname.replace("/bucket/", ""));
    if (url.searchParams.has("list-type")) {
      const prefix = url.searchParams.get("prefix") ?? "";
      const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).sort();
      const contents = names.map((name) => `<Contents><Key>${escapeXml(name)}</Key></Contents>`);
      return response.end(`<ListBucketResult>${contents.join("")}</ListBucketResult>`);
    }
    if (request.method === "PUT") objects.set(key, Buffer.concat(chunks));
    if (request.method === "DELETE") objects.delete(key);
    if (request.method !== "GET") return response.end();
    const object = objects.get(key);
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
    if (object === undefined) return response.writeHead(404).end();
    return response.end(from === undefined ? object : object.subarray(Number(from), Number(to) + 1));
  });
  const bucket: FrailBucket = {
    url: await listen(server, "/bucket"),
    objects,
    mode: "up",
    close: () => shut(server),
  };
  return bucket;
}

/** An origin of a model that answers like a runner that is busy, broken or hanging. */
export interface FrailOrigin {
  readonly url: string;
  mode: "busy" | "broken" | "stalled";
  /** Calls that it got. */
  calls: number;
  close(): void;
}

/** Starts such an origin. */
export async function openOrigin(): Promise<FrailOrigin> {
  const server: Server = createServer((request, response) => {
    request.resume();
    origin.calls += 1;
    if (origin.mode === "busy") response.writeHead(503).end();
    if (origin.mode === "broken") response.end("not what a runner says");
  });
  const origin: FrailOrigin = {
    url: await listen(server, ""),
    mode: "busy",
    calls: 0,
    close: () => shut(server),
  };
  return origin;
}

async function listen(server: Server, path: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `http://127.0.0.1:${address.port}${path}`;
}

function shut(server: Server): void {
  server.close();
  server.closeAllConnections();
}
