import fc from "fast-check";
import { expect, test } from "vitest";
import { FrontendSplitter } from "./wireMessages.ts";

function message(code: number | null, body: Uint8Array): Buffer {
  const header = Buffer.alloc(code === null ? 4 : 5);
  if (code !== null) header.writeUInt8(code);
  header.writeInt32BE(body.length + 4, header.length - 4);
  return Buffer.concat([header, body]);
}

const bodies = fc.uint8Array({ maxLength: 40 });
// A startup packet is never an SSL request here: eight bytes long, it could be one by chance.
const streams = fc.tuple(
  fc.uint8Array({ minLength: 9, maxLength: 40 }),
  fc.array(fc.tuple(fc.integer({ min: 1, max: 255 }), bodies)),
);

test("messages come out whole and in order, however the stream is cut", () => {
  fc.assert(
    fc.property(streams, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), ([startup, rest], cuts) => {
      const sent = [message(null, startup), ...rest.map(([code, body]) => message(code, body))];
      const stream = Buffer.concat(sent);
      const splitter = new FrontendSplitter();
      const received: Buffer[] = [];
      for (let at = 0; at < stream.length; ) {
        const cut = cuts.next().value ?? 1;
        received.push(...splitter.push(stream.subarray(at, at + cut)).map(({ bytes }) => Buffer.from(bytes)));
        at += cut;
      }
      expect(received).toEqual(sent);
    }),
  );
});

test("a length shorter than its own header is refused, not looped over", () => {
  const splitter = new FrontendSplitter();
  splitter.push(message(null, new Uint8Array(9)));
  expect(() => splitter.push(Buffer.from([0x51, 0, 0, 0, 0]))).toThrow(RangeError);
});
