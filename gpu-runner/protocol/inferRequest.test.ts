import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelContract } from "../repository/modelContract.ts";
import { NUMERIC, NUMERIC_DATATYPES, type NumericDatatype } from "./datatypes.ts";
import { parseInferRequest } from "./inferRequest.ts";
import { encodeInferResponse } from "./inferResponse.ts";

const MODEL: ModelContract = {
  name: "m",
  max_batch: 8,
  inputs: [
    { name: "x", datatype: "FP32", shape: [-1, 2] },
    {
      name: "t",
      datatype: "BYTES",
      shape: [-1],
      preprocess: { kind: "ngram_counts", feeds: "c", buckets: 16 },
    },
  ],
  outputs: [{ name: "y", datatype: "FP32", shape: [-1, 2] }],
};

const encoder = new TextEncoder();

const join = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));

const bytesElement = (text: string): Uint8Array => {
  const bytes = encoder.encode(text);
  return join(new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes);
};

/** One request as JSON, and as JSON with binary tensors behind it. */
const asJson = (numbers: readonly number[], texts: readonly string[]) => {
  const inputs = [
    { name: "x", datatype: "FP32", shape: [texts.length, 2], data: numbers },
    { name: "t", datatype: "BYTES", shape: [texts.length], data: texts },
  ];
  return { body: new Uint8Array(encoder.encode(JSON.stringify({ id: "7", inputs }))), header: undefined };
};

const asBinary = (numbers: readonly number[], texts: readonly string[]) => {
  const x = new Uint8Array(Float32Array.from(numbers).buffer);
  const t = join(...texts.map(bytesElement));
  const inputs = [
    { name: "x", datatype: "FP32", shape: [texts.length, 2], parameters: { binary_data_size: x.length } },
    { name: "t", datatype: "BYTES", shape: [texts.length], parameters: { binary_data_size: t.length } },
  ];
  const json = encoder.encode(JSON.stringify({ id: "7", inputs }));
  return { body: join(json, x, t), header: String(json.length) };
};

const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const requests = fc
  .array(fc.record({ a: float, b: float, text: fc.string({ unit: "grapheme" }) }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((rows) => ({ numbers: rows.flatMap(({ a, b }) => [a, b]), texts: rows.map(({ text }) => text) }));

const oneInput = (datatype: NumericDatatype): ModelContract => ({
  name: "m",
  max_batch: 1,
  inputs: [{ name: "x", datatype, shape: [-1] }],
  outputs: [{ name: "x", datatype, shape: [-1] }],
});

describe("parseInferRequest", () => {
  it("reads the same tensors, bit for bit, from JSON and from binary", () => {
    fc.assert(
      fc.property(requests, ({ numbers, texts }) => {
        const json = asJson(
          numbers.map((number) => (Object.is(number, -0) ? 0 : number)),
          texts,
        );
        const binary = asBinary(
          numbers.map((number) => (Object.is(number, -0) ? 0 : number)),
          texts,
        );
        const fromJson = parseInferRequest(json.body, json.header, MODEL);
        const fromBinary = parseInferRequest(binary.body, binary.header, MODEL);
        if (!fromJson.ok || !fromBinary.ok) throw new Error("refused a valid request");
        expect(fromBinary.value.inputs.x).toEqual(fromJson.value.inputs.x);
        const [a, b] = [fromJson.value.inputs.t, fromBinary.value.inputs.t];
        if (a?.datatype !== "BYTES" || b?.datatype !== "BYTES") throw new Error("no BYTES");
        expect(b.elements.map((element) => [...element])).toEqual(a.elements.map((element) => [...element]));
      }),
      { numRuns: 60 },
    );
  });

  it("refuses every truncated body with 400", () => {
    fc.assert(
      fc.property(
        requests,
        fc.boolean(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (request, binary, share) => {
          const { body, header } = (binary ? asBinary : asJson)(request.numbers, request.texts);
          const cut = body.slice(0, Math.floor(body.length * share));
          expect(parseInferRequest(cut, header, MODEL)).toMatchObject({
            ok: false,
            failure: { status: 400 },
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("answers changed bytes, foreign JSON and foreign headers with tensors or 400, and never throws", () => {
    const changed = fc
      .tuple(
        requests,
        fc.boolean(),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      )
      .map(([request, binary, edits]) => {
        const { body, header } = (binary ? asBinary : asJson)(request.numbers, request.texts);
        for (const [at, value] of edits) body[at % body.length] = value;
        return { body, header };
      });
    const foreign = fc
      .tuple(fc.oneof(fc.json(), fc.string()), fc.option(fc.string()))
      .map(([text, header]) => ({
        body: new Uint8Array(encoder.encode(text)),
        header: header ?? undefined,
      }));
    fc.assert(
      fc.property(fc.oneof(changed, foreign), ({ body, header }) => {
        const parsed = parseInferRequest(body, header, MODEL);
        if (!parsed.ok) expect(parsed.failure.status).toBe(400);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["no inputs", { inputs: [] }, "'x' is missing"],
    [
      "an unknown input",
      { inputs: [{ name: "z", datatype: "FP32", shape: [1], data: [1] }] },
      "no such input",
    ],
    [
      "a wrong datatype",
      { inputs: [{ name: "x", datatype: "FP64", shape: [1, 2], data: [1, 2] }] },
      "datatype FP64",
    ],
    ["a wrong shape", { inputs: [{ name: "x", datatype: "FP32", shape: [1, 3], data: [1, 2, 3] }] }, "shape"],
    ["no rows", { inputs: [{ name: "x", datatype: "FP32", shape: [0, 2], data: [] }] }, "shape"],
    [
      "too few elements",
      { inputs: [{ name: "x", datatype: "FP32", shape: [2, 2], data: [1, 2, 3] }] },
      "2x2 elements",
    ],
    [
      "ragged rows",
      { inputs: [{ name: "x", datatype: "FP32", shape: [2, 2], data: [[1, 2, 3], [4]] }] },
      "2x2 elements",
    ],
    [
      "text as numbers",
      { inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: ["1", "2"] }] },
      "no FP32",
    ],
    [
      "numbers past the datatype",
      { inputs: [{ name: "x", datatype: "FP32", shape: [1, 2], data: [1e39, 0] }] },
      "no FP32",
    ],
  ])("says what is wrong: %s", (_name, request, words) => {
    const parsed = parseInferRequest(
      new Uint8Array(encoder.encode(JSON.stringify(request))),
      undefined,
      MODEL,
    );
    expect(parsed).toMatchObject({
      ok: false,
      failure: { status: 400, error: expect.stringContaining(words) },
    });
  });

  it("refuses a BYTES element that claims more bytes than its tensor has", () => {
    const { body, header } = asBinary([1, 2], ["hello"]);
    body[body.length - 9] = 200;
    expect(parseInferRequest(body, header, MODEL)).toMatchObject({ ok: false, failure: { status: 400 } });
  });

  it("takes a raw body as the only input where the header says 0", () => {
    const body = new Uint8Array(Float32Array.of(1.5).buffer);
    const parsed = parseInferRequest(body, "0", oneInput("FP32"));
    expect(parsed).toMatchObject({ ok: true, value: { outputs: [{ name: "x", binary: true }] } });
    expect(parseInferRequest(body, "0", MODEL).ok).toBe(false);
  });
});

describe("encodeInferResponse", () => {
  it("keeps the sign of minus zero", () => {
    const outputs = {
      x: { datatype: "FP32", shape: [1], bytes: new Uint8Array(Float32Array.of(-0).buffer) },
    } as const;
    const request = { id: null, inputs: {}, outputs: [{ name: "x", binary: false }] };
    const encoded = encodeInferResponse({
      model: "m",
      version: "1",
      request,
      outputs,
      queueMs: 0,
      computeMs: 0,
    });
    expect(Object.is(encoded.ok && JSON.parse(encoded.value.body.toString()).outputs[0].data[0], -0)).toBe(
      true,
    );
  });

  it.each(NUMERIC_DATATYPES)("writes %s as JSON that reads back to the same bits", (datatype) => {
    const { sizeBytes } = NUMERIC[datatype];
    fc.assert(
      fc.property(fc.uint8Array({ minLength: sizeBytes * 4, maxLength: sizeBytes * 4 }), (random) => {
        const bytes = new Uint8Array(random);
        if (datatype === "BOOL")
          bytes.forEach((byte, index) => {
            bytes[index] = byte & 1;
          });
        const request = { id: null, inputs: {}, outputs: [{ name: "x", binary: false }] };
        const outputs = { x: { datatype, shape: [4], bytes } } as const;
        const answer = { model: "m", version: "1", request, outputs, queueMs: 0, computeMs: 0 };
        const encoded = encodeInferResponse(answer);
        const values = Array.from<number | bigint>(new NUMERIC[datatype].array(bytes.slice().buffer));
        // All exponent bits set: infinite, or no number.
        const top = { FP16: 0x7c00, BF16: 0x7f80, none: 0 }[
          datatype === "FP16" || datatype === "BF16" ? datatype : "none"
        ];
        const sayable = values.every(
          (value) =>
            typeof value === "bigint" || (top === 0 ? Number.isFinite(value) : (value & top) !== top),
        );
        expect(encoded.ok).toBe(sayable);
        if (!encoded.ok) return;
        const text = encoded.value.body.toString().replace('"outputs"', '"inputs"');
        const back = parseInferRequest(new Uint8Array(encoder.encode(text)), undefined, oneInput(datatype));
        expect(back).toMatchObject({ ok: true, value: { inputs: { x: { bytes } } } });
      }),
      { numRuns: 60 },
    );
  });
});
