import { done, failed, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Clock, WaitingQuestion, WaitingRecords } from "../../functions/contracts/ports.ts";
import type { Sealed, StorableRecord } from "../../functions/contracts/records.ts";
import { parseEntry } from "../../functions/guard/seal/parseEntry.ts";
import { episodeShardName, listingShardName, outboxShardNames } from "../../functions/keep/outbox/shards.ts";
import type { OutboxRpc, SocketRpc } from "../services.ts";

interface DurableWaitingRecordsOptions {
  /** The bindings, as far as a question needs them. */
  readonly outboxes: { getByName(name: string): Pick<OutboxRpc, "find" | "sessions"> };
  /** Null: sessions, which are outboxes of their own, are not asked. */
  readonly sockets: { getByName(name: string): Pick<SocketRpc, "find"> } | null;
  readonly shards: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

type Found = Outcome<readonly Sealed<StorableRecord>[], "timeout" | "error">;

/**
 * Asks the organization's outbox shards, and the sessions that its first one lists: each is in that list before
 * it keeps its first record, and until its last one is stored. One of them all that does not answer in time
 * leaves the question open.
 */
export function durableWaitingRecords(options: DurableWaitingRecordsOptions): WaitingRecords {
  const { outboxes, shards, timeoutMs, clock } = options;
  return {
    async find(organizationId, question) {
      const names = shardsOf(organizationId, question, shards);
      const found = Promise.all([
        ...names.map((name) => outboxes.getByName(name).find(question)),
        askSessions(organizationId, question, options),
      ])
        .then((texts): Found => done(texts.flat().map((text) => parseEntry(text, null).record)))
        .catch((): Found => failed("error"));
      const deadline = clock.sleep(timeoutMs).then((): Found => failed("timeout"));
      return await Promise.race([found, deadline]);
    },
  };
}

async function askSessions(
  organizationId: string,
  question: WaitingQuestion,
  { outboxes, sockets }: DurableWaitingRecordsOptions,
): Promise<string[]> {
  if (sockets === null) return [];
  const sessions = await outboxes.getByName(listingShardName(organizationId)).sessions();
  return (await Promise.all(sessions.map((name) => sockets.getByName(name).find(question)))).flat();
}

/** Of the shards only an episode says in which one it waits. */
const shardsOf = (organizationId: string, question: WaitingQuestion, shards: number): string[] =>
  "episodeId" in question
    ? [episodeShardName(organizationId, question.episodeId, shards)]
    : outboxShardNames(organizationId, shards);
