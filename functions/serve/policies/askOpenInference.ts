import { done, failed, type Outcome } from "../../contracts/outcome.ts";
import type { ObservationShape } from "../../contracts/policyServers.ts";
import type { InferFailure, InferResponse, Tensor } from "../../contracts/ports.ts";
import { utf8 } from "../../contracts/utf8.ts";
import { BINARY_HEADER, decodeInferResponse, encodeInferRequest } from "../openInference.ts";
import { layPixels } from "./layPixels.ts";
import type { AskServer, PreparedObservation, ServerAnswer, View } from "./policyPorts.ts";
import { rowsOf } from "./rowsOf.ts";

/**
 * One call of the Open Inference Protocol v2 with Triton's binary tensors: every camera as UINT8 [1, H, W, 3] or,
 * encoded, as BYTES [1]; every piece of the state as FP32 [1, n]; the instruction as BYTES [1]. The answer is
 * FP32; its last dimension is one action.
 */
export const askOpenInference: AskServer = async (call) => {
  const { server, origin, prepared, transport, timeoutMs, traceparent } = call;
  const { body, headerBytes } = encodeInferRequest({
    model: server.upstreamModel,
    version: null,
    inputs: tensorsOf(prepared, server.observation),
    traceparent,
  });
  const answer = await transport.post(
    `${origin}/v2/models/${encodeURIComponent(server.upstreamModel)}/infer`,
    {
      headers: {
        "content-type": "application/octet-stream",
        [BINARY_HEADER]: String(headerBytes),
        traceparent,
        ...(server.authorization === null ? {} : { authorization: server.authorization }),
      },
      body,
    },
    timeoutMs,
  );
  if (!answer.ok) return answer;
  const { status, headers, body: bytes } = answer.value;
  if (status === 404) return failed({ kind: "unknown_model", detail: "the policy server answered 404" });
  if (status !== 200) return failed({ kind: "no_capacity", detail: `the policy server answered ${status}` });

  const header = headers.get(BINARY_HEADER);
  const decoded = decodeInferResponse(bytes, header === null ? null : Number(header));
  if (!decoded.ok) return failed({ kind: "bad_answer", detail: decoded.failure });
  return actionsOf(decoded.value, server.outputName);
};

/** The actions of an answer: one in each row of the output of that name. */
export function actionsOf(
  { outputs, modelVersion, queueMs, computeMs }: InferResponse,
  outputName: string,
): Outcome<ServerAnswer, InferFailure> {
  const actions = outputs.find(({ name }) => name === outputName);
  const columns = actions?.shape.at(-1);
  if (actions?.datatype !== "FP32" || columns === undefined || columns === 0)
    return failed({ kind: "bad_answer", detail: "the answer holds no such output of numbers" });
  const rows = rowsOf(actions.data, actions.data.length / columns, columns);
  return done({ actions: rows, modelVersion, queueMs, computeMs });
}

/** An observation as the tensors that a model of that shape takes. */
export function tensorsOf(
  { views, state, observation }: PreparedObservation,
  shape: ObservationShape,
): Tensor[] {
  return [
    ...views.map((view) => imageTensor(view, shape.imageLayout)),
    ...state.map(
      ({ key, numbers }): Tensor => ({
        name: key,
        datatype: "FP32",
        shape: [1, numbers.length],
        data: Float32Array.from(numbers),
      }),
    ),
    { name: shape.promptKey, datatype: "BYTES", shape: [1], data: [utf8(observation.instruction)] },
  ];
}

function imageTensor(view: View, layout: ObservationShape["imageLayout"]): Tensor {
  if (view.kind === "encoded") return { name: view.key, datatype: "BYTES", shape: [1], data: [view.bytes] };
  const { data, shape } = layPixels(view, layout);
  return { name: view.key, datatype: "UINT8", shape: [1, ...shape], data };
}
