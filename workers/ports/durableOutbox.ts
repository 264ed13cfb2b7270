import type { AppendResult, Clock, Outbox as OutboxPort } from "../../functions/contracts/ports.ts";
import { appendRequestOf } from "../../functions/keep/outbox/appendRequest.ts";
import { outboxShardName } from "../../functions/keep/outbox/shards.ts";
import type { Logger } from "../../functions/observe/logs.ts";
import type { OutboxRpc } from "../services.ts";

interface DurableOutboxOptions {
  /** The binding, as far as an append needs it. */
  readonly namespace: { getByName(name: string): Pick<OutboxRpc, "append"> };
  readonly shards: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The organization's outbox shards as Durable Objects; no answer within the deadline is no record. */
export function durableOutbox({
  namespace,
  shards,
  timeoutMs,
  clock,
  logger,
}: DurableOutboxOptions): OutboxPort {
  return {
    async append(entry) {
      const stub = namespace.getByName(outboxShardName(entry.record, shards));
      const appended = stub.append(appendRequestOf(entry)).then(
        (result): AppendResult => result,
        (): AppendResult => ({ kind: "unavailable", reason: "error" }),
      );
      // The platform ends the timer with the request; to end it here would cost more than the append's own code.
      const deadline = clock
        .sleep(timeoutMs)
        .then((): AppendResult => ({ kind: "unavailable", reason: "timeout" }));
      const result = await Promise.race([appended, deadline]);
      if (result.kind === "unavailable") {
        logger.warn("record_not_taken", {
          part: "outbox",
          failureKind: result.reason,
          recordId: entry.record.id,
        });
      }
      return result;
    },
  };
}
