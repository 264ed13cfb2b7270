#!/usr/bin/env node
import { runHeadgate } from "./runHeadgate.ts";

// By itself a signal ends a program before it has removed what it wrote for the run.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));

// Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no answer.
process.exitCode = await runHeadgate(process.argv.slice(2), {
  environment: process.env,
  cwd: process.cwd(),
  input: process.stdin,
  out: process.stdout,
  err: process.stderr,
});
