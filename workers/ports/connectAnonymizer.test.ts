import { expect, it } from "vitest";
import { toBase64 } from "../../functions/contracts/base64.ts";
import { connectAnonymizer } from "./connectAnonymizer.ts";

const sent = { bytes: new Uint8Array([1, 2, 3]), contentType: "image/png" };
const covered = new Uint8Array([9, 8, 7]);
const clock = { now: () => 0, sleep: async () => undefined };
const meter = { count: () => undefined, observe: () => undefined, set: () => undefined };

const json = (status: number, body: unknown) => () => Response.json(body, { status });

/** Asks origins in turn, each of which answers once; and what they were asked. */
async function anonymize(...answers: (() => Response)[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const origins = answers.map((_, index) => `http://runner${index}`);
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    asked.push({ url, init });
    const answer = answers[Number(new URL(url).hostname.slice("runner".length))];
    if (answer === undefined) throw new TypeError("fetch failed");
    return answer();
  };
  const outcome = await connectAnonymizer({ origins, clock, meter, fetch }).anonymize(sent, 500, "00-a-b-01");
  return { asked, outcome };
}

const picture = { image: toBase64(covered), contentType: "image/png" };

it("asks for one picture as Connect does, with the time that is left, and gives its answer", async () => {
  const { asked, outcome } = await anonymize(json(200, { anonymized: { picture, widthPx: 4 } }));
  expect(outcome).toEqual({ ok: true, value: { bytes: covered, contentType: "image/png" } });
  const [{ url, init } = { url: "", init: {} }] = asked;
  expect(url).toBe("http://runner0/headgate.media.v1.MediaService/AnonymizeImage");
  expect(init).toMatchObject({
    method: "POST",
    headers: { "connect-protocol-version": "1", "connect-timeout-ms": "500", traceparent: "00-a-b-01" },
  });
  expect(JSON.parse(String(init.body))).toEqual({
    picture: { image: toBase64(sent.bytes), contentType: "image/png" },
    omitUnchanged: true,
  });
});

it("keeps the picture that it sent where there was nothing to cover", async () => {
  expect((await anonymize(json(200, { anonymized: { unchanged: true } }))).outcome).toEqual({
    ok: true,
    value: sent,
  });
});

it.each([
  ["a refused picture", json(400, { code: "invalid_argument" }), "invalid_input"],
  ["a bug there", json(500, { code: "internal" }), "bad_answer"],
  ["a full runner", json(503, { code: "unavailable" }), "no_capacity"],
  ["a request that is too large for it", json(429, { code: "resource_exhausted" }), "no_capacity"],
  ["a passed deadline", json(504, { code: "deadline_exceeded" }), "deadline"],
  ["a runner without the service", () => new Response("", { status: 404 }), "unknown_model"],
  ["a runner without the model", json(404, { code: "not_found" }), "unknown_model"],
  ["something in between", () => new Response("<html>", { status: 502 }), "no_capacity"],
  ["an answer without a picture", json(200, { anonymized: {} }), "bad_answer"],
  ["an empty picture", json(200, { anonymized: { picture: { ...picture, image: "" } } }), "bad_answer"],
  ["no JSON", () => new Response("hello"), "bad_answer"],
] as const)("tells %s for what it is", async (_, answer, kind) => {
  expect((await anonymize(answer)).outcome).toMatchObject({ ok: false, failure: { kind } });
});

it("goes on to the next runner from one that is away, and not from one that refused the picture", async () => {
  const good = json(200, { anonymized: { unchanged: true } });
  const away = await anonymize(json(503, { code: "unavailable" }), good);
  expect([away.outcome.ok, away.asked.length]).toEqual([true, 2]);
  const refused = await anonymize(json(400, { code: "invalid_argument" }), good);
  expect([refused.outcome.ok, refused.asked.length]).toEqual([false, 1]);
});
