import { z } from "zod";

/** Inputs of one request, as at OpenAI. */
const INPUTS_MAX = 2048;
/** Longest `user`; OpenAI's clients send a hash there. It is read, and then forgotten. */
const USER_MAX_CHARACTERS = 512;

/** Token ids need a tokenizer, which the built-in embedder has none of: say that, not that a number is no text. */
const wrongInput = (input: unknown): string => {
  const [first] = Array.isArray(input) ? input : [];
  const [inner] = Array.isArray(first) ? first : [first];
  if (typeof inner === "number")
    return "is a list of token ids, which no model here reads: send the text itself";
  return "must be a string or a list of strings";
};

/** Body of `POST /v1/embeddings`, as OpenAI's clients send it. What the texts hold is judged by the gates. */
export const embeddingsRequestSchema = z
  .strictObject({
    input: z
      .union([z.string(), z.array(z.string())], { error: ({ input }) => wrongInput(input) })
      .refine(
        (input) => typeof input === "string" || (input.length > 0 && input.length <= INPUTS_MAX),
        `must hold 1 to ${INPUTS_MAX} texts`,
      )
      .meta({ description: `A text, or up to ${INPUTS_MAX} of them. Token ids are refused.` }),
    model: z.string().min(1).max(128).meta({ description: "A text embedder that GET /v1/models lists." }),
    encoding_format: z
      .enum(["float", "base64"])
      .default("float")
      .meta({ description: "`base64`: single precision, little-endian." }),
    dimensions: z.number().int().min(1).optional().meta({ description: "The model's own number, or none." }),
    user: z.string().max(USER_MAX_CHARACTERS).optional().meta({ description: "Accepted and never stored." }),
  })
  .meta({ id: "EmbeddingsRequest" });
export type EmbeddingsRequest = z.infer<typeof embeddingsRequestSchema>;

/** Answer of `POST /v1/embeddings`. */
export const embeddingsAnswerSchema = z
  .object({
    object: z.literal("list"),
    data: z.array(
      z.object({
        object: z.literal("embedding"),
        index: z.number().int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    model: z.string(),
    usage: z
      .object({ prompt_tokens: z.number().int(), total_tokens: z.number().int() })
      .meta({ description: "A token is a word: a run of letters, digits and symbols." }),
  })
  .meta({ id: "EmbeddingsAnswer" });
export type EmbeddingsAnswer = z.infer<typeof embeddingsAnswerSchema>;
