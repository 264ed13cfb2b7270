import { z } from "zod";
import {
  PROBLEMS,
  type Problem,
  type ProblemCode,
  type ProblemDefinition,
} from "../../functions/contracts/problems.ts";

/** A problem with what its code says of it: what a shape makes a body of. */
export interface ToldProblem {
  readonly problem: Problem;
  readonly definition: ProblemDefinition;
  /** The status it goes out with, in this shape. */
  readonly status: ProblemDefinition["status"];
  /** What to tell a person: the detail of this occurrence, else the title. */
  readonly detail: string;
  readonly requestId: string;
}

/** How a route writes a problem down. Surfaces that existing clients speak keep their protocol's own. */
export interface ErrorShape {
  readonly contentType: string;
  /** The body as the OpenAPI document declares it, and what the document says about it. */
  readonly schema: z.ZodType;
  readonly description: string;
  /** The codes that this protocol answers with another status than `PROBLEMS` does. */
  readonly statuses?: Readonly<Partial<Record<ProblemCode, ProblemDefinition["status"]>>>;
  /** The body of the answer, as it goes through `JSON.stringify`. */
  body(told: ToldProblem): unknown;
}

const problemCodes = Object.keys(PROBLEMS).filter((code): code is ProblemCode => code in PROBLEMS);

/** RFC 9457, the shape of our own routes. `instance` names this request in the logs. */
export const PROBLEM_DETAILS: ErrorShape = {
  contentType: "application/problem+json",
  description: "A problem (RFC 9457); `code` is stable and listed in docs/errors.md.",
  schema: z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.number().int(),
      detail: z.string(),
      instance: z.string(),
      code: z.enum(problemCodes),
      errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
      fix: z.string(),
    })
    .meta({ id: "Problem" }),
  body: ({ problem, definition, status, detail, requestId }) => ({
    type: `/docs#${problem.code}`,
    title: definition.title,
    status,
    detail,
    instance: `urn:headgate:${requestId}`,
    code: problem.code,
    errors: problem.errors ?? [],
    fix: definition.fix,
    ...problem.extensions,
  }),
};
