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

/** What is wrong with the answer to a broken request; null where it is the problem it should be. */
export function complaintOf(answer: Answer): string | null {
  const { status, text, headers } = answer;
  if (INSIDES.test(text)) return "It shows the insides.";
  if (wasGood(answer)) return null;
  if (status < 400 || status > 499) return `It answers ${status}.`;
  if (headers.get("content-type") !== "application/problem+json") return "It is no problem+json.";
  const parsed = problemSchema.safeParse(answer.body);
  if (!parsed.success) return `It is not a whole problem: ${parsed.error.message}`;
  const { code, errors } = parsed.data;
  const definition = new Map<string, { status: number }>(Object.entries(PROBLEMS)).get(code);
  if (definition?.status !== status || parsed.data.status !== status)
    return `${code} is no code of status ${status}.`;
  if (isPointing(code) && errors.length === 0) return `${code} points at nothing.`;
  return null;
}
