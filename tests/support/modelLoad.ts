import { Agent, request } from "node:http";

/** How a call ended: answered with a status and what the model made of 1; not taken, or lost. */
export type Told =
  | { readonly kind: "answered"; readonly status: number; readonly made: number | null }
  /** Nobody took the connection: nothing was accepted. */
  | { readonly kind: "not taken" }
  /** The connection broke behind the request: it may have been accepted. */
  | { readonly kind: "lost"; readonly reason: string };

const HEAD = Buffer.from(
  JSON.stringify({
    inputs: [{ name: "x", datatype: "FP32", shape: [1, 3], parameters: { binary_data_size: 12 } }],
    parameters: { binary_data_output: true },
  }),
);
const BODY = Buffer.concat([HEAD, Buffer.from(Float32Array.of(1, 1, 1).buffer)]);
const HEADERS = { "inference-header-content-length": String(HEAD.length), "content-length": BODY.length };

/** The first number behind an answer's JSON. */
const firstNumber = (body: Buffer, jsonBytes: number): number | null =>
  body.length >= jsonBytes + 4 ? body.readFloatLE(jsonBytes) : null;

/** Asks a model of `tests/` affine kind once. */
const askOnce = (url: string, model: string, agent: Agent): Promise<Told> =>
  new Promise((resolve) => {
    let isConnected = false;
    const call = request(`${url}/v2/models/${model}/infer`, { method: "POST", agent, headers: HEADERS });
    call.on("socket", (socket) => {
      isConnected = !socket.connecting;
      if (socket.connecting)
        socket.once("connect", () => {
          isConnected = true;
        });
    });
    call.on("error", (error) =>
      resolve(isConnected ? { kind: "lost", reason: error.message } : { kind: "not taken" }),
    );
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => resolve({ kind: "lost", reason: error.message }));
      response.on("end", () => {
        const jsonBytes = Number(response.headers["inference-header-content-length"]);
        const made = response.statusCode === 200 ? firstNumber(Buffer.concat(chunks), jsonBytes) : null;
        resolve({ kind: "answered", status: response.statusCode ?? 0, made });
      });
    });
    call.end(BODY);
  });

/** Callers that ask one model after the other without a pause, each over a connection that stays open. */
export interface ModelLoad {
  /** How the calls of a model ended so far, in order. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  /** Resolves when every caller has stopped: told to, or because nobody takes its connection any more. */
  stop(): Promise<void>;
  readonly done: Promise<void>;
}

/** Starts so many callers of each model. */
export function loadModels(url: string, models: readonly string[], callers: number): ModelLoad {
  const agent = new Agent({ keepAlive: true });
  let isStopped = false;
  const told = new Map(models.map((model): [string, Told[]] => [model, []]));
  const call = async (model: string): Promise<void> => {
    while (!isStopped) {
      const outcome = await askOnce(url, model, agent);
      told.get(model)?.push(outcome);
      if (outcome.kind === "not taken") return;
    }
  };
  const done = Promise.all(
    models.flatMap((model) => Array.from({ length: callers }, () => call(model))),
  ).then(() => agent.destroy());
  return {
    told,
    done,
    stop() {
      isStopped = true;
      return done;
    },
  };
}

/** Outcomes by what they were: `200`, `404`, `not taken`, `lost`. */
export function countTold(told: readonly Told[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const one of told) {
    const name = one.kind === "answered" ? String(one.status) : one.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
