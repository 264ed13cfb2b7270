/**
 * Names of the keys in Redis. The scripts build those they can only know inside (an organization's), so a
 * cell is one Redis, not a Redis Cluster.
 *
 * | key | holds |
 * |---|---|
 * | `hg:key:<key id>` | hash: what Postgres says of a key, by version |
 * | `hg:tier:<organization>:<subject digest>` | hash: the subject's tier, by version |
 * | `hg:fence:…` | hash of tokens: a change of that entry is under way; until it ends, the entry is closed |
 * | `hg:quota:<organization>:<yyyymm>` | units debited this month |
 * | `hg:rate:<key id>` | hash: tokens in the bucket, and when that was |
 * | `hg:slots:<key id>` | hash: lease holder → `<slots> <expires at, ms>` |
 * | `hg:idem:<organization>:<scope>:<digest>` | hash: body hash, owner, answer |
 * | `hg:usage:<organization>:<yyyy-mm-dd>` | hash: scope → requests of that day; `base:<scope>` → those billed before |
 * | `hg:usage` | set of `<organization> <yyyy-mm-dd>` that flushUsage has to look at |
 * | `hg:seq:<holder>` | number of the last usage report of that holder |
 */
export const keyEntry = (keyId: string): string => `hg:key:${keyId}`;
export const keyFence = (keyId: string): string => `hg:fence:key:${keyId}`;
export const tierEntry = (organizationId: string, digest: string): string =>
  `hg:tier:${organizationId}:${digest}`;
export const tierFence = (organizationId: string, digest: string): string =>
  `hg:fence:tier:${organizationId}:${digest}`;
export const usageHash = (organizationId: string, day: string): string => `hg:usage:${organizationId}:${day}`;
export const USAGE_DAYS = "hg:usage";
export const idempotencyKey = (organizationId: string, scope: string, digest: string): string =>
  `hg:idem:${organizationId}:${scope}:${digest}`;
