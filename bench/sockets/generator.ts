import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import { ROOT } from "../hosts.ts";
import type { AlternateSpec, SocketLoadResult, SocketLoadSpec } from "./loadSockets.ts";

/** The load generator of sockets, in a process of its own; one thing at a time. */
export interface SocketGenerator {
  load(spec: SocketLoadSpec): Promise<SocketLoadResult>;
  alternate(spec: AlternateSpec): Promise<readonly [echo: SocketLoadResult, headgate: SocketLoadResult]>;
  close(): void;
}

const resultSchema = z.object({
  stepsPerSecond: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  failures: z.number(),
  recorded: z.number(),
  told: z.object({ inferMs: z.number(), recordMs: z.number(), handledMs: z.number() }).nullable(),
});
const answerSchema = z.union([z.object({ result: z.unknown() }), z.object({ failure: z.string() })]);

export function openGenerator(): SocketGenerator {
  const child = fork(join(ROOT, "bench/socketGenerator.ts"), { serialization: "advanced" });
  const ask = async <Result>(
    spec: SocketLoadSpec | AlternateSpec,
    schema: z.ZodType<Result>,
  ): Promise<Result> => {
    const answered = once(child, "message");
    child.send(spec);
    const answer = answerSchema.parse((await answered)[0]);
    if ("failure" in answer) throw new Error(`The load generator failed: ${answer.failure}`);
    return schema.parse(answer.result);
  };
  return {
    load: (spec) => ask(spec, resultSchema),
    alternate: (spec) => ask(spec, z.tuple([resultSchema, resultSchema])),
    close: () => child.disconnect(),
  };
}
