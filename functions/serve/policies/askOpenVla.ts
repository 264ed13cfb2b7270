import { z } from "zod";
import { fromBase64, toBase64 } from "../../contracts/base64.ts";
import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { PolicyServer } from "../../contracts/policyServers.ts";
import type { InferFailure } from "../../contracts/ports.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { jsonNumpySchema, readNumbers, writeNumbers } from "../openvla/jsonNumpy.ts";
import { layPixels } from "./layPixels.ts";
import type { AskServer, PreparedObservation } from "./policyPorts.ts";
import { rowsOf } from "./rowsOf.ts";

const decoder = new TextDecoder();
const actionSchema = z.array(z.number()).min(1);

/**
 * One call of an OpenVLA server, `POST /act`: arrays in json_numpy's form, the instruction, `unnorm_key`. It
 * answers one action, or, as OpenVLA-OFT does, a list of them, each a list of numbers or an array. An answer
 * that is the text "error" is a failure, whatever its status says.
 */
export const askOpenVla: AskServer = async ({ server, origin, prepared, transport, timeoutMs, ...call }) => {
  const answer = await transport.post(
    `${origin}/act`,
    {
      headers: {
        "content-type": "application/json",
        traceparent: call.traceparent,
        ...(server.authorization === null ? {} : { authorization: server.authorization }),
      },
      body: utf8(JSON.stringify(payloadOf(prepared, server))),
    },
    timeoutMs,
  );
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status !== 200) return failed({ kind: "no_capacity", detail: `the policy server answered ${status}` });
  const actions = readActions(decoder.decode(body));
  if (!actions.ok) return actions;
  return done({ actions: actions.value, modelVersion: null, queueMs: null, computeMs: null });
};

function payloadOf({ views, state, observation }: PreparedObservation, server: PolicyServer) {
  const { promptKey, imageLayout } = server.observation;
  const payload: Record<string, unknown> = {
    [promptKey]: observation.instruction,
    unnorm_key: server.action.normKey,
  };
  for (const view of views) {
    if (view.kind === "encoded") continue;
    const { data, shape } = layPixels(view, imageLayout);
    payload[view.key] = { __numpy__: toBase64(data), dtype: "|u1", shape };
  }
  for (const { key, numbers } of state) payload[key] = writeNumbers(numbers);
  return payload;
}

const unusable = (detail: string): Outcome<never, InferFailure> => failed({ kind: "bad_answer", detail });

function readActions(text: string): Outcome<number[][], InferFailure> {
  const json = parse(text);
  // Where numpy's JSON is away, the server answers JSON in a text.
  const value = typeof json === "string" && json !== "error" ? parse(json) : json;
  if (value === "error")
    return failed({ kind: "no_capacity", detail: "the policy server reported an error" });
  const whole = readRows(value);
  if (whole !== null) return done(whole);
  if (!Array.isArray(value)) return unusable("the policy server answered no array of numbers");
  const rows: number[][] = [];
  for (const row of value) {
    const [numbers, ...more] = readRows(row) ?? [];
    if (numbers === undefined || more.length > 0)
      return unusable("a row of the answer holds other than numbers");
    rows.push(numbers);
  }
  return done(rows);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** One action as a row, an array of two dimensions as its rows; null for anything else. */
function readRows(value: unknown): number[][] | null {
  const action = actionSchema.safeParse(value);
  if (action.success) return [action.data];
  const array = jsonNumpySchema.safeParse(value);
  if (!array.success) return null;
  const { __numpy__: text, shape } = array.data;
  const numbers = readNumbers(array.data, bytesOf(text));
  if (!numbers.ok || shape.length < 1 || shape.length > 2) return null;
  const [rows = 0, columns = 0] = shape.length === 1 ? [1, ...shape] : shape;
  return rowsOf(numbers.value, rows, columns);
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return fromBase64(base64);
  } catch {
    return null;
  }
}
