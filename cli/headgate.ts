#!/usr/bin/env node
import { runHeadgate } from "./runHeadgate.ts";

// Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no answer.
process.exitCode = await runHeadgate(process.argv.slice(2), {
  environment: process.env,
  cwd: process.cwd(),
  input: process.stdin,
  out: process.stdout,
  err: process.stderr,
});
