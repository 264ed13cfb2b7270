import { z } from "zod";
import type { ErrorShape } from "./errorShape.ts";
import { problemMessage } from "./problemMessage.ts";

/** The errors of the Open Inference Protocol over REST: `{"error": string}`, and the status. */
export const INFERENCE_PROTOCOL_ERRORS: ErrorShape = {
  contentType: "application/json",
  description:
    "An error of the Open Inference Protocol; the header `headgate-code` has the code of docs/errors.md.",
  statuses: { unknown_model: 404 },
  schema: z.object({ error: z.string() }).meta({ id: "InferenceProtocolError" }),
  body: (told) => ({ error: problemMessage(told, (pointer) => pointer) }),
};
