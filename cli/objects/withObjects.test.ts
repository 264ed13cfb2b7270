import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsV4Signer } from "aws4fetch";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { done } from "../../collapse/contracts/outcome.ts";
import { isObject, objectAddress } from "./objectAddress.ts";
import { withObjects } from "./withObjects.ts";

// Against a server on this machine that checks signatures as S3 does.

const KEYS = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-west-1" };
const LIMITS = { mostBytes: 1_000_000, deadlineMs: 5_000, silenceMs: 150 };

let close = (): void => {};
let temporary = "";
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "headgate-test-"));
  vi.stubEnv("TMPDIR", temporary);
});
afterEach(() => {
  close();
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** What an engine is given for these names, and what it answers with. */
async function run(endpoint: string, names: string[], environment = KEYS) {
  const seen: { paths: readonly string[]; contents: string[]; called: Record<string, string> } = {
    paths: [],
    contents: [],
    called: {},
  };
  const engine = withObjects(
    async (request: { candidate: string[]; called?: Record<string, string> }, _: null) => {
      seen.paths = request.candidate;
      seen.contents = request.candidate.map((path) => readFileSync(path, "utf8"));
      seen.called = request.called ?? {};
      return done("judged");
    },
    { ...environment, AWS_ENDPOINT_URL_S3: endpoint },
    LIMITS,
  );
  return { outcome: await engine({ candidate: names }, null), seen };
}

const left = (): readonly string[] => readdirSync(temporary);

describe("an object is brought for one run", () => {
  it("by a request that is signed, under its own name, and is gone afterwards", async () => {
    let path = "";
    let isSigned = false;
    const endpoint = await serve((request, response) => {
      path = request.url ?? "";
      const sent = new Headers(
        Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      );
      const date = sent.get("x-amz-date") ?? "";
      void new AwsV4Signer({
        url: `http://${sent.get("host")}${path}`,
        headers: { "x-amz-content-sha256": sent.get("x-amz-content-sha256") ?? "" },
        accessKeyId: "key",
        secretAccessKey: "secret",
        service: "s3",
        region: "eu-west-1",
        datetime: date,
      })
        .sign()
        .then((signed) => {
          isSigned = signed.headers.get("authorization") === sent.get("authorization");
          response.end("a,b\n1,2\n");
        });
    });
    const name = "s3://bucket/data/of may #1.csv";
    const { outcome, seen } = await run(endpoint, [name]);
    expect(outcome).toEqual(done("judged"));
    expect([path, isSigned]).toEqual(["/bucket/data/of%20may%20%231.csv", true]);
    expect(seen.contents).toEqual(["a,b\n1,2\n"]);
    expect(seen.called).toEqual({ [seen.paths[0] ?? ""]: name });
    expect(seen.paths[0]).toMatch(/0-of_may__1\.csv$/);
    expect([existsSync(seen.paths[0] ?? ""), left()]).toEqual([false, []]);
  });

  it.each([
    ["is not there", 404, "file_not_found", /does not exist/],
    ["may not be read", 403, "file_unreadable", /credentials/],
    ["is in another region", 301, "file_unreadable", /AWS_REGION=us-west-2/],
  ])("unless it %s", async (_, status, code, said) => {
    const endpoint = await serve((_request, response) =>
      response
        .writeHead(status, { "x-amz-bucket-region": "us-west-2", location: "http://127.0.0.1:1/" })
        .end("<Error/>"),
    );
    const { outcome } = await run(endpoint, ["s3://bucket/key.csv"]);
    const failure = outcome.ok ? null : outcome.failure;
    expect(failure?.code).toBe(code);
    expect(`${failure?.detail} ${failure?.fix}`).toMatch(said);
    expect(left()).toEqual([]);
  });

  it.each([
    [
      "says that it is too large",
      (response: ServerResponse) => response.writeHead(200, { "content-length": 9e9 }).write("a"),
      /larger than 0 MB/,
    ],
    [
      "turns out to be too large",
      (response: ServerResponse) => {
        response.write("x".repeat(600_000));
        response.end("x".repeat(600_000));
      },
      /larger than/,
    ],
    ["falls silent", (response: ServerResponse) => response.write("a"), /too slowly/],
    [
      "breaks off",
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": 100 }).write("a");
        setImmediate(() => response.destroy());
      },
      /broke off/,
    ],
  ])("unless it %s", async (_, answer, said) => {
    const endpoint = await serve((_request, response) => void answer(response));
    const { outcome, seen } = await run(endpoint, ["s3://bucket/key.csv"]);
    expect(outcome.ok ? "" : outcome.failure.detail).toMatch(said);
    expect([seen.paths, left()]).toEqual([[], []]);
  });

  it("and not without credentials", async () => {
    const { outcome } = await run("http://127.0.0.1:1", ["s3://bucket/key"], {
      ...KEYS,
      AWS_ACCESS_KEY_ID: "",
    });
    expect(outcome.ok ? null : outcome.failure).toMatchObject({ code: "bad_option" });
  });
});

it("a name is an object's, or a file's", () => {
  const r2 = "https://0123abc.r2.cloudflarestorage.com/bucket/a%20b/key.parquet";
  expect(["s3://b/k", r2, "https://example.com/a.csv", "data/s3.csv"].map(isObject)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(objectAddress(r2, {})).toEqual({ url: r2, region: "auto", file: "key.parquet" });
  expect(objectAddress("s3://b/k", { AWS_REGION: "eu-west-1" })?.url).toBe(
    "https://s3.eu-west-1.amazonaws.com/b/k",
  );
  expect(objectAddress("s3://bucket", {})).toBeNull();
});
