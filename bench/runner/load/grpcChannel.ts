import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Channel } from "./callers.ts";

/**
 * One HTTP/2 connection without TLS that sends the same unary gRPC request over and over, many at once. Frames are
 * written by hand (RFC 9113): a library's client would cost as much as the server that is measured. Knows what
 * this takes and no more; an answer is good when it brings a message before its trailers.
 */
const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const ACK = 1;
const HEAD_BYTES = 9;
const LARGEST_FRAME_BYTES = 16_384;
const FIRST_WINDOW_BYTES = 65_535;
const LARGEST_WINDOW_BYTES = 2 ** 31 - 1;
/** The empty message's own frame: a flag and a length. */
const MESSAGE_HEAD_BYTES = 5;

const frame = (type: number, flags: number, stream: number, payload: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(HEAD_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.writeUInt8(type, 3);
  bytes.writeUInt8(flags, 4);
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
};

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const setting = (id: number, value: number): Buffer => Buffer.concat([Buffer.from([0, id]), u32(value)]);

/** A header without Huffman coding or indexing (RFC 7541, 6.2.2); names of the static table go by their number there. */
const header = (name: number | string, value: string): Buffer => {
  const text = (one: string): Buffer => Buffer.concat([Buffer.from([one.length]), Buffer.from(one)]);
  const named = typeof name === "string" ? Buffer.concat([Buffer.from([0]), text(name)]) : null;
  const numbered =
    typeof name === "number" && name > 14 ? Buffer.from([15, name - 15]) : Buffer.from([Number(name)]);
  return Buffer.concat([named ?? numbered, text(value)]);
};

const HEADERS = Buffer.concat([
  Buffer.from([0x83, 0x86]),
  header(4, "/inference.GRPCInferenceService/ModelInfer"),
  header(1, "127.0.0.1"),
  header(31, "application/grpc"),
  header("te", "trailers"),
]);

/** The request's frames for stream 0; each copy gets its stream's number written in. */
const requestFrames = (message: Uint8Array): { bytes: Buffer; streamAt: number[]; dataBytes: number } => {
  const data = Buffer.concat([Buffer.from([0]), u32(message.length), message]);
  const frames = [frame(FRAME.headers, END_HEADERS, 0, HEADERS)];
  for (let at = 0; at < data.length; at += LARGEST_FRAME_BYTES) {
    const part = data.subarray(at, at + LARGEST_FRAME_BYTES);
    frames.push(frame(FRAME.data, at + part.length === data.length ? END_STREAM : 0, 0, part));
  }
  let position = 0;
  const streamAt = frames.map((one) => {
    position += one.length;
    return position - one.length + 5;
  });
  return { bytes: Buffer.concat(frames), streamAt, dataBytes: data.length };
};

interface Call {
  readonly onAnswer: (good: boolean) => void;
  receivedBytes: number;
}

class GrpcChannel implements Channel {
  readonly #socket: Socket;
  readonly #request: ReturnType<typeof requestFrames>;
  readonly #calls = new Map<number, Call>();
  readonly #held: Call[] = [];
  #received: Buffer = Buffer.alloc(0);
  #nextStream = 1;
  #windowBytes = FIRST_WINDOW_BYTES;

  constructor(socket: Socket, message: Uint8Array) {
    this.#socket = socket;
    this.#request = requestFrames(message);
    socket.on("data", (bytes) => this.#receive(bytes));
    socket.on("close", () => {
      for (const { onAnswer } of this.#calls.values()) onAnswer(false);
    });
    socket.write(
      Buffer.concat([
        Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        // No dynamic table for the server to fill, no push, and room for all answers.
        frame(
          FRAME.settings,
          0,
          0,
          Buffer.concat([setting(1, 0), setting(2, 0), setting(4, LARGEST_WINDOW_BYTES)]),
        ),
        frame(FRAME.windowUpdate, 0, 0, u32(LARGEST_WINDOW_BYTES - FIRST_WINDOW_BYTES)),
      ]),
    );
  }

  send(onAnswer: (good: boolean) => void): void {
    this.#held.push({ onAnswer, receivedBytes: 0 });
    this.#sendHeld();
  }

  close(): void {
    this.#calls.clear();
    this.#socket.destroy();
  }

  /** Sends what waits, as far as the connection's window reaches. A request is within its own stream's window. */
  #sendHeld(): void {
    const { bytes, dataBytes, streamAt } = this.#request;
    while (this.#windowBytes >= dataBytes) {
      const call = this.#held.shift();
      if (call === undefined) return;
      const copy = Buffer.from(bytes);
      for (const at of streamAt) copy.writeUInt32BE(this.#nextStream, at);
      this.#calls.set(this.#nextStream, call);
      this.#nextStream += 2;
      this.#windowBytes -= dataBytes;
      this.#socket.write(copy);
    }
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    let at = 0;
    this.#socket.cork();
    while (this.#received.length - at >= HEAD_BYTES) {
      const length = this.#received.readUIntBE(at, 3);
      const end = at + HEAD_BYTES + length;
      if (this.#received.length < end) break;
      this.#take(
        this.#received.readUInt8(at + 3),
        this.#received.readUInt8(at + 4),
        this.#received.readUInt32BE(at + 5),
        this.#received.subarray(at + HEAD_BYTES, end),
      );
      at = end;
    }
    this.#received = this.#received.subarray(at);
    this.#socket.uncork();
  }

  #take(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === FRAME.settings && (flags & ACK) === 0)
      this.#socket.write(frame(FRAME.settings, ACK, 0, Buffer.alloc(0)));
    else if (type === FRAME.ping && (flags & ACK) === 0)
      this.#socket.write(frame(FRAME.ping, ACK, 0, payload));
    else if (type === FRAME.windowUpdate && stream === 0) {
      this.#windowBytes += payload.readUInt32BE();
      this.#sendHeld();
    } else if (type === FRAME.goAway) this.#socket.destroy();
    else if (type === FRAME.data || type === FRAME.headers) {
      const call = this.#calls.get(stream);
      if (call !== undefined && type === FRAME.data) call.receivedBytes += payload.length;
      if ((flags & END_STREAM) !== 0) this.#finish(stream, (call?.receivedBytes ?? 0) > MESSAGE_HEAD_BYTES);
    } else if (type === FRAME.reset) this.#finish(stream, false);
  }

  #finish(stream: number, good: boolean): void {
    const call = this.#calls.get(stream);
    this.#calls.delete(stream);
    call?.onAnswer(good);
  }
}

export const openGrpcChannel = async (port: number, message: Uint8Array): Promise<Channel> => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  return new GrpcChannel(socket, message);
};
