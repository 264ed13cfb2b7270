import { z } from "zod";
import { PROBLEMS } from "../../functions/contracts/problems.ts";
import type { Answer } from "../support/client.ts";

const problemSchema = z.object({
  type: z.string(),
  title: z.string().min(1),
  status: z.number(),
  detail: z.string().min(1),
  instance: z.string().startsWith("urn:headgate:req_"),
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string().regex(/^(\/|$)/), detail: z.string().min(1) })),
  fix: z.string().min(1),
});

/** Codes that say that the body or a parameter is at fault: they point at the place. */
const isPointing = (code: string): boolean => /^(malformed_json|invalid_request|gate_\w+)$/.test(code);

/** What only the inside of a program says: frames of a stack, paths, another language's errors. */
const INSIDES =
  /\bat \S+ \(|\.[cm]?[jt]s:\d+|node_modules|\/(?:home|work|tmp|usr|root)\/|(?:Type|Range|Reference|Syntax|Zod|Neon\w*)Error|\bSQLSTATE\b|\bselect\b.+\bfrom\b/;

/** Whether a request that was meant to be broken was a good one after all. */
export const wasGood = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Routes that tell of errors in another protocol's shape: where they lie, and what their bodies are. */
const FOREIGN: readonly { readonly at: RegExp; readonly schema: z.ZodType; readonly unknownModel: number }[] =
  [
    {
      at: /^\/v1\/embeddings(?:\?|$)/,
      unknownModel: 404,
      schema: z.object({
        error: z.object({
          message: z.string().min(1),
          type: z.string().min(1),
          param: z.string().nullable(),
          code: z.string().min(1),
        }),
      }),
    },
    { at: /^\/v2(?:[/?]|$)/, unknownModel: 404, schema: z.strictObject({ error: z.string().min(1) }) },
  ];

const definitions = new Map<string, { status: number }>(Object.entries(PROBLEMS));

/** What is wrong with the answer to a broken request; null where it is the problem it should be. */
export function complaintOf(answer: Answer, target: string): string | null {
  const { status, text, headers, body } = answer;
  if (INSIDES.test(text)) return "It shows the insides.";
  if (wasGood(answer)) return null;
  if (status < 400 || status > 499) return `It answers ${status}.`;
  const code = headers.get("headgate-code") ?? "";
  const foreign = FOREIGN.find(({ at }) => at.test(target));
  const own = code === "unknown_model" ? foreign?.unknownModel : undefined;
  if (status !== (own ?? definitions.get(code)?.status)) return `${code} is no code of status ${status}.`;
  if (foreign === undefined) return complaintOfProblem(answer, code);
  if (headers.get("content-type") !== "application/json") return "It is no JSON.";
  const parsed = foreign.schema.safeParse(body);
  return parsed.success ? null : `It is no error of its protocol: ${parsed.error.message}`;
}

function complaintOfProblem({ status, headers, body }: Answer, code: string): string | null {
  if (headers.get("content-type") !== "application/problem+json") return "It is no problem+json.";
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success) return `It is not a whole problem: ${parsed.error.message}`;
  if (parsed.data.code !== code || parsed.data.status !== status)
    return `The header says ${code}, the body ${parsed.data.code}.`;
  return isPointing(code) && parsed.data.errors.length === 0 ? `${code} points at nothing.` : null;
}
