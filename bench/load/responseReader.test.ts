import fc from "fast-check";
import { expect, it } from "vitest";
import { ResponseReader } from "./responseReader.ts";

const BODY = '{"id":"inf_1","recorded":true}';
const SIZED = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const CHUNKED = `HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`;

it("reads a response once it is whole, wherever the network cuts it, and then the next one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(SIZED.length), { maxLength: 5 }), (places) => {
      const reader = new ResponseReader();
      for (const [text, status, recorded] of [
        [SIZED, 200, true],
        [CHUNKED, 503, false],
      ] as const) {
        const cuts = [
          ...new Set([0, ...places.filter((place) => place < text.length), text.length]),
        ].toSorted((a, b) => a - b);
        const parts = cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
        const answers = parts.map((part) => reader.push(Buffer.from(part)));
        expect(answers.slice(0, -1)).toEqual(answers.slice(0, -1).map(() => null));
        expect(answers.at(-1)).toEqual({ status, recorded });
      }
    }),
  );
});
