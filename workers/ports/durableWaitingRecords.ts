import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Clock, WaitingQuestion, WaitingRecords } from "../../functions/contracts/ports.ts";
import type { Sealed, StorableRecord } from "../../functions/contracts/records.ts";
import { parseEntry } from "../../functions/guard/seal/parseEntry.ts";
import { episodeShardName, outboxShardNames } from "../../functions/keep/outbox/shards.ts";
import type { OutboxRpc } from "../services.ts";

interface DurableWaitingRecordsOptions {
  /** The binding, as far as a question needs it. */
  readonly namespace: { getByName(name: string): Pick<OutboxRpc, "find"> };
  readonly shards: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

type Found = Outcome<readonly Sealed<StorableRecord>[], "timeout" | "error">;

/** Asks the organization's outbox shards; one that does not answer in time leaves the question open. */
export function durableWaitingRecords(options: DurableWaitingRecordsOptions): WaitingRecords {
  const { namespace, shards, timeoutMs, clock } = options;
  return {
    async find(organizationId, question) {
      const names = shardsOf(organizationId, question, shards);
      const found = Promise.all(names.map((name) => namespace.getByName(name).find(question)))
        .then((texts): Found => done(texts.flat().map((text) => parseEntry(text, null).record)))
        .catch((): Found => failed("error"));
      const deadline = clock.sleep(timeoutMs).then((): Found => failed("timeout"));
      return await Promise.race([found, deadline]);
    },
  };
}

/** Only an episode says in which shard it waits. */
const shardsOf = (organizationId: string, question: WaitingQuestion, shards: number): string[] =>
  "episodeId" in question
    ? [episodeShardName(organizationId, question.episodeId, shards)]
    : outboxShardNames(organizationId, shards);
