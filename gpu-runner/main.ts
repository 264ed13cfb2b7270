import { readSettings } from "./settings.ts";
import { startRunner } from "./startRunner.ts";

/** The runner's process: starts, says `ready` on standard output, serves, and drains on SIGTERM, SIGINT or a lost parent. */
const log = (level: "info" | "error", message: string, more: Readonly<Record<string, unknown>> = {}): void =>
  console.error(JSON.stringify({ time: new Date().toISOString(), level, message, ...more }));

const fail = (sentence: string): never => {
  console.error(sentence);
  process.exit(1);
};

const hasParent = process.channel !== undefined;
const settings = readSettings(process.env);
if (!settings.ok) fail(settings.failure);
else {
  const runner = await startRunner(settings.value, (reason) => fail(reason));
  if (!runner.ok) fail(runner.failure);
  else {
    let stopping = false;
    const stop = async (why: string): Promise<void> => {
      if (stopping) return;
      stopping = true;
      log("info", "draining", { why });
      await runner.value.stop();
      process.exit(0);
    };
    process.once("SIGTERM", () => void stop("SIGTERM"));
    process.once("SIGINT", () => void stop("SIGINT"));
    if (hasParent) {
      process.once("disconnect", () => void stop("parent gone"));
      // It may have gone while the models were loading.
      if (!process.connected) void stop("parent gone");
    }
    process.on("SIGHUP", () => void runner.value.lookForCertificates());
    const { loopbackUrl, provider, url } = runner.value;
    log("info", "listening", { url, loopback_url: loopbackUrl, execution_provider: provider });
    console.log("ready");
  }
}
