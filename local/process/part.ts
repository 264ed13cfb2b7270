/**
 * The life of one part of the local cell, seen from inside its process: it stops on SIGTERM and SIGINT, and
 * when the supervisor that started it is gone (its IPC channel closes), so that nothing is left behind.
 * Called once the part serves; a supervisor that went before counts too.
 */
export function stopWithSupervisor(stop: () => Promise<void> | void): void {
  let stopping = false;
  const end = async () => {
    if (stopping) return;
    stopping = true;
    try {
      await stop();
    } finally {
      process.exit(0);
    }
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.once("disconnect", end);
  // Nobody reads what is written any more when the supervisor is gone: that must not end us halfway.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  if (process.connected === false) void end();
}

/** Tells the supervisor that this part serves: one line, `ready`. */
export function announceReady(): void {
  process.stdout.write("ready\n");
}

/** Ends a part that cannot start, with one sentence and no stack trace. */
export function failToStart(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
