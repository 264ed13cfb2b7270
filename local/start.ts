import { stackSummary } from "./devFile.ts";
import { startStack } from "./stack.ts";
import { readStackSettings } from "./supervise/settings.ts";
import { StartError } from "./supervise/startError.ts";

/** `npm start`: the whole product on this machine, until SIGINT or SIGTERM. */
async function main(): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  const { HEADGATE_PORT: port, HEADGATE_DATA_DIR: dataDir } = readStackSettings(process.env);
  const say = (text: string) => console.log(text);
  const stack = await startStack({ dataDir, port, onLine: say, onProgress: say, signal: stopping.signal });
  say(stackSummary(stack));
  if (!stopping.signal.aborted)
    await new Promise((resolve) => stopping.signal.addEventListener("abort", resolve, { once: true }));
  await stack.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    if (!(error instanceof StartError)) throw error;
    console.error(error.message);
    process.exit(1);
  },
);
