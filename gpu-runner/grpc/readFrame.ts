import type { ServerHttp2Stream } from "node:http2";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";

/** A message of gRPC lies behind a flag (1: compressed) and its length as four big-endian bytes. */
const FRAME_HEAD_BYTES = 5;

/** Reads a stream to its end. 413 as soon as it is longer than a frame of `maxBytes`, 400 where the caller breaks off. */
const readAll = (stream: ServerHttp2Stream, maxBytes: number): Promise<Outcome<Buffer>> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    stream.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes + FRAME_HEAD_BYTES) {
        chunks.length = 0;
        resolve(refuse(413, `The message is larger than ${maxBytes} bytes.`));
      } else chunks.push(chunk);
    });
    stream.once("end", () => {
      const [only] = chunks;
      resolve(done(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)));
    });
    stream.once("close", () => resolve(refuse(400, "The message broke off.")));
  });

/** Reads the one message of a unary call, without its frame. 400 where the frame does not hold what it says. */
export const readFrame = async (
  stream: ServerHttp2Stream,
  maxBytes: number,
): Promise<Outcome<Uint8Array>> => {
  const body = await readAll(stream, maxBytes);
  if (!body.ok) return body;
  if (body.value.length < FRAME_HEAD_BYTES) return refuse(400, "The call holds no message.");
  if (body.value[0] !== 0)
    return refuse(400, "The message is compressed, and grpc-encoding does not say how.");
  if (body.value.readUInt32BE(1) !== body.value.length - FRAME_HEAD_BYTES)
    return refuse(400, "The message is not as long as its frame says.");
  const { buffer, byteOffset, length } = body.value;
  return done(new Uint8Array(buffer, byteOffset + FRAME_HEAD_BYTES, length - FRAME_HEAD_BYTES));
};

/** Puts a message into its frame. */
export const writeFrame = (message: Uint8Array): Buffer => {
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, FRAME_HEAD_BYTES);
  return frame;
};
