import type { StorableRecord } from "../../contracts/records.ts";

/** FNV-1a over UTF-16 units: spreads names evenly, and needs to resist nobody. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

const shardName = (organizationId: string, shard: number): string => `${organizationId}:${shard}`;

/**
 * The outbox that takes a record. An episode stays in one shard, so that its frames pack together and its
 * steps are told apart; other content goes by its hash, so that equal content meets itself.
 */
export function outboxShardName(record: StorableRecord, shards: number): string {
  const { organizationId, contentHash, metadata } = record;
  return shardName(organizationId, spread(metadata.episodeId ?? contentHash) % shards);
}

/** The outbox in which all records of an episode wait. */
export const episodeShardName = (organizationId: string, episodeId: string, shards: number): string =>
  shardName(organizationId, spread(episodeId) % shards);

/** Every outbox of an organization. */
export const outboxShardNames = (organizationId: string, shards: number): string[] =>
  Array.from({ length: shards }, (_, shard) => shardName(organizationId, shard));

/** The outbox that lists the organization's sessions, whose records wait in outboxes of their own. */
export const listingShardName = (organizationId: string): string => shardName(organizationId, 0);

/**
 * What the outbox in a session is called in metrics and dead letters. A session's own name is its client's word,
 * and stays where it is.
 */
export const sessionShardName = (organizationId: string, session: string): string =>
  `${organizationId}:s${spread(session).toString(16).padStart(8, "0")}`;

/** The organization whose outbox this is. */
export const organizationOfShard = (name: string): string => name.slice(0, name.lastIndexOf(":"));
