import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { PolicyServer } from "../../contracts/policyServers.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import { packFrame, unpackFrame, type WireValue } from "../openpi/msgpack.ts";
import { membersOf, numbersOf, readValue, writeArray, writeChunk, writeNumbers } from "../openpi/ndarray.ts";
import { layPixels } from "./layPixels.ts";
import type { AskServer, PolicySocket, PreparedObservation, ServerAnswer } from "./policyPorts.ts";
import { rowsOf } from "./rowsOf.ts";

/**
 * One call of an openpi server: connect, hear its metadata, send one observation, hear one result, close. A
 * socket for each call: what a request opened, a Worker may not use in another. A text frame is the server's
 * error; its traceback is nobody's business.
 */
export const askOpenpi: AskServer = async ({ server, origin, prepared, transport, timeoutMs }) => {
  const { authorization } = server;
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  const socket = await transport.connect(origin, headers, timeoutMs);
  if (!socket.ok) return socket;
  try {
    return await exchange(socket.value, observationOf(prepared, server));
  } finally {
    socket.value.close();
  }
};

async function exchange(
  socket: PolicySocket,
  observation: WireValue,
): Promise<Outcome<ServerAnswer, InferFailure>> {
  const metadata = await nextMap(socket);
  if (!metadata.ok) return metadata;
  socket.send(packFrame(observation));
  const result = await nextMap(socket);
  return result.ok ? readResult(result.value) : result;
}

async function nextMap(socket: PolicySocket): Promise<Outcome<Map<string, unknown>, InferFailure>> {
  const frame = await socket.next();
  if (!frame.ok) return frame;
  if (typeof frame.value === "string")
    return failed({ kind: "no_capacity", detail: "the policy server reported an error" });
  const unpacked = unpackFrame(frame.value);
  if (!unpacked.ok || !(unpacked.value instanceof Map))
    return failed({ kind: "bad_answer", detail: "the policy server sent no msgpack map" });
  return done(membersOf(unpacked.value));
}

function observationOf({ views, state, observation }: PreparedObservation, server: PolicyServer): WireValue {
  const { promptKey, imageLayout } = server.observation;
  const { inferenceDelaySteps, previousChunk } = observation;
  const members = new Map<string, WireValue>([[promptKey, observation.instruction]]);
  for (const view of views) {
    if (view.kind === "encoded") continue;
    const { data, shape } = layPixels(view, imageLayout);
    members.set(view.key, writeArray(data, "|u1", shape));
  }
  for (const { key, numbers } of state) members.set(key, writeNumbers(numbers, [numbers.length]));
  if (inferenceDelaySteps !== null) members.set("inference_delay", inferenceDelaySteps);
  if (previousChunk !== null) members.set("prev_chunk_left_over", writeChunk(previousChunk));
  return nested([...members]);
}

/** `images.cam_high` as a map in a map, as openpi's ALOHA policies take their cameras. */
function nested(entries: readonly (readonly [key: string, value: WireValue])[]): WireValue {
  const direct = entries.filter(([key]) => !key.includes("."));
  const inner = entries.filter(([key]) => key.includes("."));
  const groups = Map.groupBy(inner, ([key]) => key.slice(0, key.indexOf(".")));
  const maps = Array.from(groups, ([name, members]): [string, WireValue] => [
    name,
    nested(members.map(([key, value]) => [key.slice(name.length + 1), value])),
  ]);
  return Object.fromEntries([...direct, ...maps]);
}

function readResult(result: ReadonlyMap<string, unknown>): Outcome<ServerAnswer, InferFailure> {
  const reading = readValue(result.get("actions"));
  if (!reading.ok || reading.value.kind !== "array")
    return failed({ kind: "bad_answer", detail: "the policy server's result holds no array of actions" });
  const { array } = reading.value;
  if (array.shape.length < 1 || array.shape.length > 2)
    return failed({ kind: "bad_answer", detail: "the actions are no rows of numbers" });
  const [rows = 0, columns = 0] = array.shape.length === 1 ? [1, ...array.shape] : array.shape;
  return done({
    actions: rowsOf(numbersOf(array), rows, columns),
    modelVersion: null,
    queueMs: null,
    computeMs: computeMsOf(result.get("server_timing")),
  });
}

/** What the server says it took, where it says so. */
function computeMsOf(timing: unknown): number | null {
  if (!(timing instanceof Map)) return null;
  const reading = readValue(membersOf(timing).get("infer_ms"));
  const value = reading.ok && reading.value.kind === "value" ? reading.value.value : null;
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
