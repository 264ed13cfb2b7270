/**
 * Names of the keys in Redis. The scripts build those they can only know inside (an organization's), so a
 * cell is one Redis, not a Redis Cluster.
 *
 * | key | holds |
 * |---|---|
 * | `hg:key:<key id>` | hash: what Postgres says of a key, by version |
 * | `hg:organization:<organization>` | hash: the organization's limits, by version |
 * | `hg:tier:<organization>:<subject digest>` | hash: the subject's tier, by version |
 * | `hg:subject:<organization>:<subject ref>` | the subject's digest: how the tables' name of a person finds the tier |
 * | `hg:fence:…` | hash of tokens: a change of that entry is under way; until it ends, the entry is closed |
 * | `hg:quota:<organization>:<yyyy-mm>` | units debited this month |
 * | `hg:quota:key:<key id>:<yyyy-mm>` | the same of one key, where it has a quota of its own |
 * | `hg:quota:keys` | set of `<organization> <key id> <yyyy-mm>` that flushUsage has to look at |
 * | `hg:used` | sorted set: `<organization> <key id>` → when it last took a lease, ms, since flushUsage looked |
 * | `hg:rate:<key id>` | hash: tokens in the bucket, and when that was |
 * | `hg:slots:<key id>` | hash: lease holder → `<slots> <expires at, ms>` |
 * | `hg:idem:<organization>:<scope>:<digest>` | hash: body hash, owner, answer |
 * | `hg:usage:<organization>:<yyyy-mm-dd>` | hash: scope → requests of that day; `base:<scope>` → those billed before |
 * | `hg:usage` | set of `<organization> <yyyy-mm-dd>` that flushUsage has to look at |
 * | `hg:seq:<holder>` | number of the last usage report of that holder |
 * | `hg:republished` | when republishChanges last told everything, ms |
 */
export const keyEntry = (keyId: string): string => `hg:key:${keyId}`;
export const keyFence = (keyId: string): string => `hg:fence:key:${keyId}`;
export const organizationEntry = (organizationId: string): string => `hg:organization:${organizationId}`;
export const organizationFence = (organizationId: string): string =>
  `hg:fence:organization:${organizationId}`;
export const tierEntry = (organizationId: string, digest: string): string =>
  `hg:tier:${organizationId}:${digest}`;
export const tierFence = (organizationId: string, digest: string): string =>
  `hg:fence:tier:${organizationId}:${digest}`;
export const subjectName = (organizationId: string, ref: string): string =>
  `hg:subject:${organizationId}:${ref}`;
export const keyQuota = (keyId: string, month: string): string => `hg:quota:key:${keyId}:${month}`;
export const KEY_QUOTAS = "hg:quota:keys";
export const LAST_USE = "hg:used";
export const usageHash = (organizationId: string, day: string): string => `hg:usage:${organizationId}:${day}`;
export const USAGE_DAYS = "hg:usage";
export const REPUBLISHED = "hg:republished";
export const idempotencyKey = (organizationId: string, scope: string, digest: string): string =>
  `hg:idem:${organizationId}:${scope}:${digest}`;
