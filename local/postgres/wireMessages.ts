import type { RawData } from "ws";
import type { SqlStateError } from "./backend.ts";

// Framing of the PostgreSQL frontend/backend protocol 3.0 (PostgreSQL documentation, chapter 54).

const SSL_REQUEST = 80877103;

/** Code of the message with which a client ends its unit of work, and after which Postgres answers. */
export const FRONTEND = {
  query: 0x51,
  parse: 0x50,
  execute: 0x45,
  sync: 0x53,
  flush: 0x48,
  password: 0x70,
  terminate: 0x58,
} as const;

/** One message of the client; the startup packet alone has no code. */
export interface FrontendMessage {
  readonly code: number | null;
  readonly bytes: Buffer;
}

/** Cuts a client's byte stream into whole messages; a message may come in many pieces. */
export class FrontendSplitter {
  #rest: Buffer = Buffer.alloc(0);
  #started = false;

  push(chunk: Buffer): FrontendMessage[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const messages: FrontendMessage[] = [];
    for (;;) {
      const headerBytes = this.#started ? 1 : 0;
      if (this.#rest.length < headerBytes + 4) return messages;
      const lengthBytes = this.#rest.readInt32BE(headerBytes) + headerBytes;
      if (lengthBytes < headerBytes + 4) throw new RangeError("A message is shorter than its own header.");
      if (this.#rest.length < lengthBytes) return messages;
      const bytes = this.#rest.subarray(0, lengthBytes);
      this.#rest = this.#rest.subarray(lengthBytes);
      messages.push({ code: this.#started ? bytes.readUInt8(0) : null, bytes });
      if (!this.#started && !isSslRequest(bytes)) this.#started = true;
    }
  }
}

/** Any bytes that `ws` hands over, as one buffer. */
export const toBuffer = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/** The packet with which a client asks for TLS; the server answers `S` or `N`. */
export function sslRequest(): Buffer {
  const packet = Buffer.alloc(8);
  packet.writeInt32BE(8, 0);
  packet.writeInt32BE(SSL_REQUEST, 4);
  return packet;
}

export const isSslRequest = (startup: Buffer): boolean =>
  startup.length === 8 && startup.readInt32BE(4) === SSL_REQUEST;

/** The user that a startup packet names, or '' when it names none. */
export function startupUser(startup: Buffer): string {
  const words = startup.subarray(8).toString("utf8").split("\0");
  const at = words.findIndex((word, index) => index % 2 === 0 && word === "user");
  return at < 0 ? "" : (words[at + 1] ?? "");
}

/** The password in a PasswordMessage. */
export const passwordOf = (message: Buffer): string =>
  message.subarray(5, message.length - 1).toString("utf8");

const backendMessage = (code: string, ...parts: (string | number)[]): Buffer => {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(`${part}\0`);
      const int = Buffer.alloc(4);
      int.writeInt32BE(part);
      return int;
    }),
  );
  const header = Buffer.alloc(5);
  header.write(code, 0, "latin1");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
};

export const askForPassword = (): Buffer => backendMessage("R", 3);

/** What a server says once it knows the client: parameters a driver looks at, then ready. */
export const welcome = (): Buffer =>
  Buffer.concat([
    backendMessage("R", 0),
    ...Object.entries({
      server_version: "18.6",
      server_encoding: "UTF8",
      client_encoding: "UTF8",
      DateStyle: "ISO, MDY",
      IntervalStyle: "postgres",
      TimeZone: "UTC",
      integer_datetimes: "on",
      standard_conforming_strings: "on",
    }).map(([name, value]) => backendMessage("S", name, value)),
    backendMessage("K", 0, 0),
    Buffer.from([0x5a, 0, 0, 0, 5, 0x49]),
  ]);

export const errorMessage = (error: SqlStateError): Buffer =>
  backendMessage("E", `S${error.severity}`, `V${error.severity}`, `C${error.code}`, `M${error.message}`, "");

/** State in the last ReadyForQuery of an answer: `I` idle, `T` in a transaction, `E` in a failed one. */
export function transactionState(answer: Uint8Array): "I" | "T" | "E" | null {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  let state: "I" | "T" | "E" | null = null;
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readInt32BE(at + 1)) {
    if (bytes[at] !== 0x5a) continue;
    const code = bytes[at + 5];
    state = code === 0x49 ? "I" : code === 0x54 ? "T" : "E";
  }
  return state;
}
