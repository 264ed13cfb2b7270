import { announceReady, failToStart, stopWithSupervisor } from "../process/part.ts";
import { type RunningWorker, runWorker, untilGone } from "./runWorker.ts";
import { EDGE_SETTINGS_VARIABLE, edgeSettingsSchema } from "./settings.ts";

const SCHEDULE_EVERY_MS = 5 * 60 * 1000;

/** The cron handler's own failures are in the Worker's log; here it must only never end the process. */
function schedule(worker: RunningWorker): void {
  worker.runScheduled().catch((error: unknown) => {
    console.error(JSON.stringify({ level: "error", part: "edge", message: `cron: ${String(error)}` }));
  });
}

/** The edge of the local cell, a process of its own: workerd with the Worker. Prints `ready` when it serves. */
async function main(): Promise<void> {
  const settings = edgeSettingsSchema.parse(JSON.parse(process.env[EDGE_SETTINGS_VARIABLE] ?? "null"));
  const worker = await runWorker(settings);
  stopWithSupervisor(worker.stop);
  process.on("message", (message) => {
    if (message === "run-scheduled") schedule(worker);
  });
  setInterval(() => schedule(worker), SCHEDULE_EVERY_MS);
  announceReady();
  await untilGone(settings.host, settings.port);
  failToStart("workerd has died.");
}

main().catch(failToStart);
