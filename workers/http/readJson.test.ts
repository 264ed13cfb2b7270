import { describe, expect, it } from "vitest";
import { z } from "zod";
import { utf8 } from "../../functions/contracts/utf8.ts";
import { readJson } from "./readJson.ts";
import { readParameters } from "./readParameters.ts";

const MAX_BYTES = 100;
const schema = z.strictObject({ text: z.string() });
const JSON_TYPE = { "content-type": "application/json" };

const post = (body: BodyInit, headers: Record<string, string> = JSON_TYPE) =>
  new Request("http://edge/", { method: "POST", body, headers });

async function codeOf(request: Request): Promise<string> {
  const body = await readJson(request, schema, MAX_BYTES);
  if (!body.ok) return body.failure.code;
  return body.value.parsed.ok ? "good" : body.value.parsed.failure.code;
}

const bodyOf = (bytes: number): string => JSON.stringify({ text: "x".repeat(bytes - '{"text":""}'.length) });

/** A body that does not say how long it is. */
const chunked = (text: string): ReadableStream => new Blob([text]).stream();

describe("a JSON body", () => {
  it.each([
    [MAX_BYTES, "good"],
    [MAX_BYTES + 1, "body_too_large"],
    [50 * MAX_BYTES, "body_too_large"],
  ])("of %i bytes is %s, whether it says how long it is or not", async (bytes, code) => {
    const text = bodyOf(bytes);
    expect(await codeOf(post(text, { ...JSON_TYPE, "content-length": String(bytes) }))).toBe(code);
    expect(await codeOf(post(text))).toBe(code);
    const stream = { method: "POST", headers: JSON_TYPE, body: chunked(text), duplex: "half" } as const;
    expect(await codeOf(new Request("http://edge/", stream))).toBe(code);
  });

  it.each([["text/plain"], ["application/json-patch+json"], ["multipart/form-data; boundary=x"]])(
    "is not taken as %s",
    async (type) => {
      expect(await codeOf(post(bodyOf(50), { "content-type": type }))).toBe("unsupported_media_type");
      expect(await codeOf(post(bodyOf(50), { "content-type": "Application/JSON; charset=utf-8" }))).toBe(
        "good",
      );
    },
  );
});

describe("bytes that are no UTF-8", () => {
  it.each([
    ["a cut character", [0xc3]],
    ["a byte that never occurs", [0xff]],
    ["half of a UTF-16 pair", [0xed, 0xa0, 0x80]],
  ])("are refused, not repaired: %s", async (_, bytes) => {
    const body = new Uint8Array([...utf8('{"text":"'), ...bytes, ...utf8('"}')]);
    expect(await codeOf(post(body))).toBe("malformed_json");
    expect(await codeOf(post('{"text":"\ufffd"}'))).toBe("good");
  });
});

describe("parameters", () => {
  const named = z.object({ name: z.string() });

  it.each(["a\u0000b", "\ud800", "\udc00x"])("refuse text that cannot be stored: %j", (name) => {
    expect(readParameters({ name }, named)).toMatchObject({
      failure: { code: "invalid_request", errors: [{ pointer: "/name" }] },
    });
    expect(readParameters({ name: "Ωmega 🤖" }, named)).toEqual({ ok: true, value: { name: "Ωmega 🤖" } });
  });
});
