import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { s3ObjectStore } from "../../workers/ports/s3ObjectStore.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

/** Signature Version 4, computed from the public specification and not by the library under test. */
function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const authorization = request.headers.authorization ?? "";
  const [, scope = "", names = "", signature] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(authorization) ?? [];
  const url = new URL(request.url ?? "/", "http://x");
  const declared = String(request.headers["x-amz-content-sha256"]);
  if (declared !== "UNSIGNED-PAYLOAD" && declared !== sha256(body)) return false;
  url.searchParams.sort();
  const canonical = [
    request.method,
    url.pathname,
    url.search.slice(1).replaceAll("+", "%20"),
    ...names.split(";").map((name) => `${name}:${request.headers[name]}`),
    "",
    names,
    declared,
  ].join("\n");
  const [day = "", region = "", service = ""] = scope.split("/");
  const toSign = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), region), service), "aws4_request");
  return hmac(key, toSign).toString("hex") === signature;
}

const objects = new Map<string, Buffer>();
let refuse = false;
let server: Server;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? "/", "http://x");
    const key = decodeURIComponent(url.pathname.replace("/bucket/", ""));
    if (refuse || !isSigned(request, body)) return response.writeHead(403).end();
    if (url.searchParams.get("list-type") === "2") {
      const keys = [...objects.keys()]
        .filter((name) => name.startsWith(url.searchParams.get("prefix") ?? ""))
        .sort();
      const start = Number(url.searchParams.get("continuation-token") ?? 0);
      const next =
        start + 2 < keys.length ? `<NextContinuationToken>${start + 2}</NextContinuationToken>` : "";
      const contents = keys
        .slice(start, start + 2)
        .map((name) => `<Contents><Key>${name.replaceAll("&", "&amp;")}</Key></Contents>`);
      return response.end(`<ListBucketResult>${contents.join("")}${next}</ListBucketResult>`);
    }
    if (request.method === "PUT") objects.set(key, body);
    if (request.method === "DELETE") objects.delete(key);
    if (request.method !== "GET") return response.end();
    const object = objects.get(key);
    const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
    if (object === undefined) return response.writeHead(404).end();
    return response.end(range ? object.subarray(Number(range[1]), Number(range[2]) + 1) : object);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => server.close());
beforeEach(() => {
  objects.clear();
  refuse = false;
});

const store = () =>
  s3ObjectStore({
    bucketUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket`,
    region: "auto",
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: SECRET,
    timeoutMs: 2000,
    meter: { count: () => undefined, observe: () => undefined, set: () => undefined },
  });
const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));

describe("an S3 endpoint in the place of R2", () => {
  it("signs every call so that a strict server takes it, and reads back what it put, whole and by range", async () => {
    expect((await store().put("frames/a b/é.frames", bytes("0123456789"), "text/plain")).ok).toBe(true);
    const whole = await store().get("frames/a b/é.frames");
    expect(whole.ok && new TextDecoder().decode(whole.value ?? bytes(""))).toBe("0123456789");
    const part = await store().get("frames/a b/é.frames", { offsetBytes: 2, lengthBytes: 3 });
    expect(part.ok && new TextDecoder().decode(part.value ?? bytes(""))).toBe("234");
  });

  it("answers null for what is not there, and lists every key over several pages", async () => {
    expect(await store().get("nothing")).toEqual({ ok: true, value: null });
    for (const name of ["d/1", "d/2&3", "d/4", "e/5"]) await store().put(name, bytes("x"), "text/plain");
    const first = await store().list("d/");
    expect(first).toEqual({ ok: true, value: { keys: ["d/1", "d/2&3"], cursor: "2" } });
    expect(await store().list("d/", "2")).toEqual({ ok: true, value: { keys: ["d/4"], cursor: null } });
    await store().delete(["d/1", "d/4"]);
    expect([...objects.keys()].sort()).toEqual(["d/2&3", "e/5"]);
  });

  it("makes a refusal a value and not an exception", async () => {
    refuse = true;
    expect(await store().put("a", bytes("x"), "text/plain")).toEqual({
      ok: false,
      failure: { kind: "unavailable", detail: "Error" },
    });
  });
});
