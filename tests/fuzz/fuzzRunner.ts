import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { seededRandom } from "../../gpu-runner/build-models/seededRandom.ts";
import { isPlainModelInfer } from "../../gpu-runner/grpc/handleModelInfer.ts";
import { type BrokenCall, brokenCall, brokenConnection, brokenRest } from "./brokenInference.ts";

export interface RunnerFuzzReport {
  /** How often each answer came: `gRPC 3`, `REST 400`, `HTTP 415`. */
  readonly answers: Readonly<Record<string, number>>;
  /** Answers that tell of a bug, each with the number of its message. */
  readonly complaints: readonly string[];
}

const ANSWER_TIMEOUT_MS = 10_000;
/** Codes that a broken message may have; UNKNOWN and INTERNAL would be ours to mend. */
const GRPC_CODES = new Set(["0", "3", "4", "5", "8", "12"]);

/**
 * What the library of the general router says of bytes that are no message. Its code is INTERNAL, as gRPC's table of
 * codes has it; plain ModelInfer, which is ours, says INVALID_ARGUMENT.
 */
const UNREADABLE = /parse(?:%20| )binary|decompress/;

/** One call on a session: its status and its gRPC code, or how its stream ended. */
const call = (session: ClientHttp2Session, { body, headers }: BrokenCall): Promise<string> =>
  new Promise((resolve) => {
    const stream = session.request(headers);
    let status = 0;
    let code: string | undefined;
    let said = "";
    stream.setTimeout(ANSWER_TIMEOUT_MS, () => resolve("no answer"));
    stream.on("response", (head) => {
      status = Number(head[":status"]);
      code = head["grpc-status"]?.toString();
      said += String(head["grpc-message"]);
    });
    stream.on("trailers", (trailers) => {
      code ??= trailers["grpc-status"]?.toString();
      said += String(trailers["grpc-message"]);
    });
    stream.on("error", () => {});
    stream.on("data", (chunk) => {
      said += String(chunk);
    });
    stream.on("close", () => {
      const answer = code === undefined ? `HTTP ${status}` : `gRPC ${code}`;
      resolve(UNREADABLE.test(said) && !isPlainModelInfer(headers) ? `${answer} unreadable` : answer);
    });
    stream.end(body);
  });

const knock = (port: number, bytes: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => resolve("no answer"));
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.on("close", () => resolve("connection closed"));
  });

const isFine = (answer: string): boolean => {
  if (answer.endsWith("unreadable")) return true;
  const [kind, code = ""] = answer.split(" ");
  if (kind === "gRPC") return GRPC_CODES.has(code);
  return (
    answer === "connection closed" ||
    ((kind === "HTTP" || kind === "REST") && /^(?:2|4)\d\d$|^50[34]$/.test(code))
  );
};

/**
 * Sends broken messages of every protocol to a runner that serves the echo models in plain on loopback, one after the
 * other. The same seed sends the same ones. `onMessage` is told of each that was answered.
 */
export const fuzzRunner = async (
  url: string,
  {
    messages,
    onMessage,
    seed,
  }: { messages: number; seed: number; onMessage?: (count: number) => Promise<void> },
): Promise<RunnerFuzzReport> => {
  const random = seededRandom(seed);
  const answers: Record<string, number> = {};
  const complaints: string[] = [];
  const port = Number(new URL(url).port);
  let session = connectHttp2(url);
  session.on("error", () => {});
  for (let count = 1; count <= messages; count++) {
    if (session.destroyed || session.closed) {
      session = connectHttp2(url);
      session.on("error", () => {});
    }
    const kind = random();
    let answer: string;
    if (kind < 0.6) answer = await call(session, brokenCall(random));
    else if (kind < 0.9) {
      const { init, path } = brokenRest(random);
      const response = await fetch(`${url}${path}`, init);
      await response.arrayBuffer();
      answer = `REST ${response.status}`;
    } else answer = await knock(port, brokenConnection(random));
    answers[answer] = (answers[answer] ?? 0) + 1;
    if (!isFine(answer)) complaints.push(`message ${count}: ${answer}`);
    await onMessage?.(count);
  }
  session.close();
  return { answers, complaints };
};
