import { type RawData, WebSocket } from "ws";
import { z } from "zod";
import { type Packable, pack, unpack } from "./plainMsgpack.ts";

const ANSWER_TIMEOUT_MS = 10_000;

/** How a socket ended. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** What openpi's client raises when a text frame comes. */
export class ServerError extends Error {}
/** What it raises when the connection ends instead of an answer. */
export class ConnectionClosed extends Error {
  readonly closed: Closed;
  constructor(closed: Closed) {
    super(`closed ${closed.code} ${closed.reason}`);
    this.closed = closed;
  }
}
/** The upgrade was answered with something else. */
export class UpgradeRefused extends Error {
  readonly status: number;
  readonly text: string;
  constructor(status: number, text: string) {
    super(`${status}: ${text}`);
    this.status = status;
    this.text = text;
  }
}

export type WireMap = ReadonlyMap<string, unknown>;

const mapSchema = z.map(z.string(), z.unknown());

/** A client as openpi's: dials, reads the metadata, and then sends and receives in lock-step. */
export class OpenpiClient {
  readonly #socket: WebSocket;
  readonly #inbox: (Buffer | string)[] = [];
  #wake: () => void = () => undefined;
  #closed: Closed | null = null;
  metadata: WireMap = new Map();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: RawData, isBinary: boolean) => {
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.concat([data].flat().map((part) => Buffer.from(part as Buffer)));
      this.#inbox.push(isBinary ? bytes : bytes.toString());
      this.#wake();
    });
    socket.on("close", (code, reason) => {
      this.#closed = { code, reason: reason.toString() };
      this.#wake();
    });
    socket.on("error", () => undefined);
  }

  static async connect(url: string, key: string): Promise<OpenpiClient> {
    const socket = new WebSocket(url.replace(/^http/, "ws"), {
      headers: { authorization: `Api-Key ${key}` },
      perMessageDeflate: false,
    });
    const client = new OpenpiClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
      socket.on("unexpected-response", (_request, response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () =>
          reject(new UpgradeRefused(response.statusCode ?? 0, Buffer.concat(chunks).toString())),
        );
      });
    });
    client.metadata = mapSchema.parse(unpack(await client.#bytes()));
    return client;
  }

  /** One observation, or one word about the episode, and its answer. */
  async infer(observation: ReadonlyMap<string, Packable>): Promise<WireMap> {
    this.send(pack(observation));
    return mapSchema.parse(unpack(await this.#bytes()));
  }

  send(frame: Uint8Array | string): void {
    this.#socket.send(frame);
  }

  /** Cuts the connection as a robot does that loses power. */
  kill(): void {
    this.#socket.terminate();
  }

  close(): void {
    this.#socket.close();
  }

  /** What came next, as it came; a closed connection raises. */
  async receive(timeoutMs = ANSWER_TIMEOUT_MS): Promise<Buffer | string> {
    const deadline = setTimeout(() => this.#wake(), timeoutMs);
    const endsMs = performance.now() + timeoutMs;
    try {
      for (;;) {
        const frame = this.#inbox.shift();
        if (frame !== undefined) return frame;
        if (this.#closed !== null) throw new ConnectionClosed(this.#closed);
        if (performance.now() >= endsMs) throw new Error("no answer came in time");
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  /** How the connection ends, whatever comes before that. */
  async ended(timeoutMs = ANSWER_TIMEOUT_MS): Promise<Closed> {
    try {
      for (;;) await this.receive(timeoutMs);
    } catch (error) {
      if (error instanceof ConnectionClosed) return error.closed;
      throw error;
    }
  }

  async #bytes(): Promise<Buffer> {
    const frame = await this.receive();
    if (typeof frame === "string") throw new ServerError(frame);
    return frame;
  }
}

/** An array as openpi's Python side packs it: binary keys. */
export const ndarray = (data: Uint8Array, dtype: string, shape: readonly number[]): Packable =>
  new Map<Buffer, Packable>([
    [Buffer.from("__ndarray__"), true],
    [Buffer.from("data"), Buffer.from(data)],
    [Buffer.from("dtype"), dtype],
    [Buffer.from("shape"), shape],
  ]);

export const float32s = (numbers: readonly number[]): Packable =>
  ndarray(new Uint8Array(new Float32Array(numbers).buffer), "<f4", [numbers.length]);

/** The rows of an array that came: only binary keys count, since Python's unpacker looks for no others. */
export function rowsOf(value: unknown): number[][] {
  const members = new Map(
    [...z.map(z.instanceof(Buffer), z.unknown()).parse(value)].map(([key, member]) => [
      key.toString(),
      member,
    ]),
  );
  if (members.get("__ndarray__") !== true || members.get("dtype") !== "<f8")
    throw new Error("no array of <f8");
  const [rows = 0, columns = 0] = z.array(z.number()).parse(members.get("shape"));
  const data = z.instanceof(Buffer).parse(members.get("data"));
  if (data.length !== rows * columns * 8) throw new Error("its data is not as long as its shape says");
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => data.readDoubleLE((row * columns + column) * 8)),
  );
}
