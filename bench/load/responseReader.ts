const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
const RECORDED = Buffer.from('"recorded":true');

export interface ReadResponse {
  readonly status: number;
  /** Whether the body says that the exchange was recorded. */
  readonly recorded: boolean;
}

/**
 * Reads HTTP/1.1 responses of one connection that never has more than one request under way. Knows what the
 * measured servers send and no more: a Content-Length, or chunks without trailers.
 */
export class ResponseReader {
  #waiting: Buffer = Buffer.alloc(0);

  /** Takes what arrived; answers the response once it is whole. */
  push(bytes: Buffer): ReadResponse | null {
    const all = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    const headEnd = all.indexOf(HEAD_END);
    if (headEnd < 0 || !isWhole(all, headEnd)) {
      this.#waiting = all;
      return null;
    }
    this.#waiting = Buffer.alloc(0);
    return { status: Number(all.toString("latin1", 9, 12)), recorded: all.includes(RECORDED, headEnd) };
  }
}

function isWhole(all: Buffer, headEnd: number): boolean {
  const head = all.toString("latin1", 0, headEnd);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return all.length >= headEnd + HEAD_END.length + Number(length);
  return all.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}
