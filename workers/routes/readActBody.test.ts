import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBase64 } from "../../functions/contracts/base64.ts";
import { decodeImageField } from "../../functions/guard/gates/decodeImageField.ts";
import { sampleImage } from "../../functions/guard/privacy/testImages.ts";
import { readActInput } from "../../functions/serve/readActInput.ts";
import { type ActBodyContent, readActBody } from "./readActBody.ts";

const MAX_BYTES = 20_000;
const WORDS = { robot_type: "franka", instruction: "move to the red block" };
const png = new File([sampleImage("png")], "a.png", { type: "image/png" });
const jpeg = new File([sampleImage("jpeg")], "b.jpg", { type: "Image/JPEG" });

type Parts = readonly (readonly [name: string, value: File | string])[];
const asked: Parts[number] = ["request", JSON.stringify(WORDS)];

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request("http://edge/v1/act", { method: "POST", body, headers });

function multipart(parts: Parts): Request {
  const form = new FormData();
  for (const [name, value] of parts)
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, value.name);
  return post(form);
}

async function contentOf(request: Request): Promise<ActBodyContent> {
  const body = await readActBody(request, MAX_BYTES);
  if (!body.ok || !body.value.parsed.ok) throw new Error(JSON.stringify(body));
  return body.value.parsed.value;
}

/** What is wrong with a request: its code, and where. */
async function wrongOf(request: Request): Promise<string[]> {
  const body = await readActBody(request, MAX_BYTES);
  const parsed = body.ok ? body.value.parsed : body;
  if (parsed.ok) return [];
  return [parsed.failure.code, ...(parsed.failure.errors ?? []).map(({ pointer }) => pointer)];
}

const samenessOf = async (request: Request): Promise<string | null> => {
  const body = await readActBody(request, MAX_BYTES);
  return body.ok ? await body.value.sameness() : null;
};

describe("a multipart request to act", () => {
  it("is read as the same request in JSON is, `image` being the primary camera wherever it stands", async () => {
    const parts = await contentOf(multipart([["wrist", jpeg], asked, ["image", png]]));
    const base64 = (name: "png" | "jpeg") => toBase64(sampleImage(name));
    const image = `data:image/png;base64,${base64("png")}`;
    const images = { wrist: `data:image/jpeg;base64,${base64("jpeg")}` };
    const json = await contentOf(
      post(JSON.stringify({ ...WORDS, image, images }), { "content-type": "application/json" }),
    );
    expect(decodeImageField(image).bytes?.length).toBe(png.size);
    expect(readActInput(parts.request, {}, parts.images)).toEqual(
      readActInput(json.request, {}, json.images),
    );
  });

  it("takes `request` as a file too, and a file's type only where it was declared", async () => {
    const request = new File([asked[1]], "request.json", { type: "application/json" });
    const unnamed = new File([sampleImage("png")], "frame", { type: "application/octet-stream" });
    const { images } = await contentOf(
      multipart([
        ["request", request],
        ["primary", unnamed],
      ]),
    );
    expect(images).toMatchObject([{ camera: "primary", pointer: "/images/primary", declaredType: null }]);
  });

  const cameras = (count: number): Parts => Array.from({ length: count }, (_, at) => [`cam_${at}`, png]);

  it.each<[string, Parts, string[]]>([
    ["no part `request`", [["image", png]], ["invalid_request", "/request"]],
    ["two of them", [asked, asked, ["image", png]], ["invalid_request", "/request"]],
    ["a camera twice", [asked, ["wrist", png], ["wrist", png]], ["invalid_request", "/images/wrist"]],
    [
      "the primary camera by both names",
      [asked, ["image", png], ["primary", png]],
      ["invalid_request", "/images/primary"],
    ],
    [
      "a camera's picture as a field",
      [asked, ["wrist/left", "abc"]],
      ["invalid_request", "/images/wrist~1left"],
    ],
    ["a camera with a name that is none", [asked, ["a camera", png]], ["invalid_request", "/images"]],
    ["too many cameras", [asked, ...cameras(9)], ["invalid_request", "/images"]],
    [
      "images inside `request`",
      [["request", JSON.stringify({ ...WORDS, image: "abc" })]],
      ["invalid_request", "/image"],
    ],
    [
      "a `request` that is no JSON",
      [
        ["request", "{"],
        ["image", png],
      ],
      ["malformed_json", ""],
    ],
    ["as many cameras as there may be", [asked, ...cameras(8)], []],
  ])("of which this is said: %s", async (_, parts, wrong) => {
    expect(await wrongOf(multipart(parts))).toEqual(wrong);
  });

  it("counts cameras as JSON does, where `image` is one and is there once", async () => {
    const json = (body: object) =>
      post(JSON.stringify({ ...WORDS, ...body }), { "content-type": "application/json" });
    const images = Object.fromEntries(cameras(8).map(([name]) => [name, "abc"]));
    expect(await wrongOf(json({ images }))).toEqual([]);
    expect(await wrongOf(json({ images, image: "abc" }))).toEqual(["invalid_request", "/images"]);
    const twice = { image: "abc", images: { primary: "abc" } };
    expect(await wrongOf(json(twice))).toEqual(["invalid_request", "/images/primary"]);
  });

  it("is bounded before it is read, and refused where it is neither JSON nor parts", async () => {
    const large = new File([new Uint8Array(MAX_BYTES)], "large.png");
    expect(await wrongOf(multipart([asked, ["image", large]]))).toEqual(["body_too_large"]);
    expect(await wrongOf(post("x", { "content-type": "multipart/mixed; boundary=a" }))).toEqual([
      "unsupported_media_type",
    ]);
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=a"])
      expect(await wrongOf(post("--b\r\n", { "content-type": type }))).toEqual(["invalid_request", ""]);
  });

  it("is the same request however its parts are delimited, and another as soon as a picture differs", async () => {
    const parts: Parts = [asked, ["image", png], ["wrist", jpeg]];
    const same = await samenessOf(multipart(parts));
    expect(await samenessOf(multipart(parts))).toBe(same);
    const flipped = sampleImage("png").map((byte, at) => (at === 60 ? byte ^ 1 : byte));
    const others: Parts[] = [
      [asked, ["image", new File([flipped], "a.png", { type: "image/png" })], ["wrist", jpeg]],
      [asked, ["image", png], ["wrist", png]],
      [asked, ["image", jpeg], ["wrist", png]],
      [asked, ["image", png]],
      [
        ["request", `${asked[1]} `],
        ["image", png],
        ["wrist", jpeg],
      ],
    ];
    for (const other of others) expect(await samenessOf(multipart(other))).not.toBe(same);
  });

  it("never throws, whatever stands between its boundaries", async () => {
    const lines = fc.array(
      fc.oneof(
        fc.constantFrom(
          "--b",
          "--b--",
          "",
          'content-disposition: form-data; name="request"',
          'content-disposition: form-data; name="image"; filename="x"',
          "content-type: image/png",
          JSON.stringify(WORDS),
        ),
        fc.string(),
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(lines, async (written) => {
        const body = await readActBody(
          post(written.join("\r\n"), { "content-type": "multipart/form-data; boundary=b" }),
          MAX_BYTES,
        );
        expect(body.ok && typeof body.value.parsed.ok).toBe("boolean");
      }),
      { numRuns: 300 },
    );
  });
});
