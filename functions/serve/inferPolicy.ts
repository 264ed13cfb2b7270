import type { ModelDefinition } from "../contracts/models.ts";
import { done, failed, type Outcome } from "../contracts/outcome.ts";
import type { InferFailure, Runner } from "../contracts/ports.ts";

export interface PolicyObservation {
  readonly image: Uint8Array;
  readonly instruction: string;
}

export interface PolicyAnswer {
  readonly modelVersion: string;
  /** H rows of D numbers, as the model gave them: not yet gated. */
  readonly actions: number[][];
  readonly queueMs: number | null;
  readonly computeMs: number | null;
}

const encoder = new TextEncoder();

/** Plain loops: on the path of every request, the iterators of typed arrays would cost ten times as much. */
function rowsOf(data: Float32Array, rows: number, columns: number): number[][] {
  const chunk: number[][] = [];
  for (let row = 0; row < rows; row += 1) {
    const step: number[] = [];
    for (let column = 0; column < columns; column += 1) step.push(data[row * columns + column] ?? Number.NaN);
    chunk.push(step);
  }
  return chunk;
}

/**
 * Asks a policy for a chunk of actions within the deadline (milliseconds since 1970). An answer of another
 * shape than the model's contract promises is a failure; whether the numbers are safe is for the gates.
 */
export async function inferPolicy(
  model: Extract<ModelDefinition, { kind: "policy" }>,
  observation: PolicyObservation,
  runner: Runner,
  deadlineAtMs: number,
  traceparent: string,
): Promise<Outcome<PolicyAnswer, InferFailure>> {
  const answer = await runner.infer(
    {
      model: model.name,
      version: null,
      traceparent,
      inputs: [
        { name: "image", datatype: "BYTES", shape: [1], data: [observation.image] },
        {
          name: "instruction",
          datatype: "BYTES",
          shape: [1],
          data: [encoder.encode(observation.instruction)],
        },
      ],
    },
    deadlineAtMs,
  );
  if (!answer.ok) return answer;

  const { chunkSize, dimension } = model.action;
  const actions = answer.value.outputs.find((output) => output.name === "actions");
  if (actions?.datatype !== "FP32" || actions.data.length !== chunkSize * dimension) {
    return failed({ kind: "bad_answer", detail: `expected actions of ${chunkSize} by ${dimension} numbers` });
  }
  return done({
    modelVersion: answer.value.modelVersion,
    actions: rowsOf(actions.data, chunkSize, dimension),
    queueMs: answer.value.queueMs,
    computeMs: answer.value.computeMs,
  });
}
