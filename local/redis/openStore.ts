import { mkdirSync } from "node:fs";
import { AppendLog } from "./appendLog.ts";
import { Store } from "./store.ts";

/** A store whose answers survive the process. */
export interface DurableStore {
  readonly store: Store;
  /** Frees expired keys, and rewrites the log when it has grown long. */
  maintain(): void;
  close(): void;
}

/** Opens the store of a folder: replays its log and rewrites it to what still lives. */
export function openStore(folder: string, now: () => number): DurableStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const log = new AppendLog(folder);
  const store = new Store({ now, log });
  store.replay(log.read());
  const rewrite = () => {
    store.keyspace.nowMs = now();
    log.rewrite(store.keyspace, now());
  };
  rewrite();
  return {
    store,
    maintain() {
      store.keyspace.sweep(now());
      if (log.isLong) rewrite();
    },
    close: () => log.close(),
  };
}
