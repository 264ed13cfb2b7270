import type { KeyValueScript } from "../../contracts/ports.ts";
import { PRELUDE, PUBLISH, REPORT, SLOTS } from "./lua.ts";

const ANSWER = `
local reply = {}
local function answer(name, value) reply[#reply + 1] = name; reply[#reply + 1] = value end
local function refuse(status) answer('status', status) return reply end
`;

/** Whose key it is, whether it opens, and which limits it has: its own, else its organization's, else the defaults. */
const VERDICT = `
local entry = 'hg:key:' .. a.key
if fenced('hg:fence:key:' .. a.key) then return refuse('revoked') end
if a.fill == '1' then
  publish(entry, 'hg:fence:key:' .. a.key, a.fill_version, a.facts_ttl, {
    'secret', a.fill_secret, 'organization', a.fill_organization, 'revoked', a.fill_revoked,
    'expires', a.fill_expires, 'scopes', a.fill_scopes, 'rate', a.fill_rate, 'quota', a.fill_quota,
    'slots', a.fill_slots, 'subject', a.fill_subject, 'facts', a.fill_facts })
  publish('hg:organization:' .. a.fill_organization, 'hg:fence:organization:' .. a.fill_organization,
    a.fill_shared_version, a.facts_ttl,
    { 'rate', a.fill_shared_rate, 'quota', a.fill_shared_quota, 'slots', a.fill_shared_slots })
end
local key = redis.call('HMGET', entry, 'version', 'secret', 'organization', 'revoked', 'expires', 'scopes',
  'rate', 'quota', 'slots', 'subject', 'facts')
local version, secret, organization, revoked, expires, scopes = key[1], key[2], key[3], key[4], key[5], key[6]
if not version then return refuse('miss') end
if not string.find(a.digests, ',' .. secret .. ',', 1, true) then return refuse('unknown') end
if revoked == '1' then return refuse('revoked') end
if expires ~= '' and num(expires) <= num(a.now) then return refuse('expired') end
if version ~= a.known_version then answer('facts', key[11]) end

local shared = redis.call('HMGET', 'hg:organization:' .. organization, 'version', 'rate', 'quota', 'slots')
if not shared[1] then return refuse('miss') end
local function limit_of(own, organizations, default)
  if own ~= '' then return num(own) end
  return num(organizations ~= '' and organizations or default)
end
local rate = limit_of(key[7], shared[2], a.default_rate)
local slots_limit = limit_of(key[9], shared[4], a.default_slots)
local quota, key_quota = limit_of('', shared[3], a.default_quota), key[8]
answer('rate_limit', whole(rate))
answer('slots_limit', whole(slots_limit))
`;

/** The subject's tier; `none` while a fence stands. */
const TIER = `
local subject = a.subject
if subject == '' then subject = key[10] end
local tier_key = 'hg:tier:' .. organization .. ':' .. subject
local tier_fence = 'hg:fence:tier:' .. organization .. ':' .. subject
local tier = { 'none', '', '' }
if not fenced(tier_fence) then
  if a.fill == '1' and a.fill_subject_digest == subject then
    publish(tier_key, tier_fence, a.fill_tier_version, a.tier_ttl,
      { 'tier', a.fill_tier, 'event', a.fill_event, 'seed', a.fill_seed })
    name_entry('hg:subject:' .. organization .. ':' .. a.fill_subject_ref, subject, a.tier_ttl)
  end
  local stored = redis.call('HMGET', tier_key, 'tier', 'event', 'seed')
  if stored[1] then tier = stored elseif a.assume ~= '1' then return refuse('miss') end
end
answer('subject', subject)
answer('tier', tier[1])
answer('event', tier[2])
answer('seed', tier[3])
if not string.find(scopes, ',' .. a.scope .. ',', 1, true) then return refuse('scope') end
`;

/**
 * What is left this month: of the organization's quota and, where the key has one of its own, of that; the
 * smaller counts. A counter that Redis does not know goes on from what Postgres said; where Redis knows that of
 * last month, it has lost nothing, and a new month begins at nothing.
 */
const QUOTA = `
local function used_of(owner, filled)
  local counter = 'hg:quota:' .. owner .. ':'
  local used = redis.call('GET', counter .. a.month)
  if used then return num(used) end
  if redis.call('EXISTS', counter .. a.last_month) == 1 then used = '0'
  elseif a.fill == '1' and a.fill_organization == organization then used = filled
  else return nil end
  redis.call('SET', counter .. a.month, used, 'PX', 5400000000)
  return num(used)
end
local owners, left, quota_limit = { organization }, nil, quota
local used = used_of(organization, a.fill_used)
if used then left = quota - used end
if used and key_quota ~= '' then
  owners[2] = 'key:' .. a.key
  local key_used = used_of(owners[2], a.fill_key_used)
  if not key_used then left = nil
  elseif num(key_quota) - key_used < left then left, quota_limit = num(key_quota) - key_used, num(key_quota) end
  redis.call('SADD', 'hg:quota:keys', organization .. ' ' .. a.key .. ' ' .. a.month)
end
if not left then return refuse(a.assume == '1' and 'quota_unknown' or 'miss') end
left = math.max(0, left)
answer('quota_limit', whole(quota_limit))
`;

const IDEMPOTENCY = `
local idem_key = 'hg:idem:' .. organization .. ':' .. a.scope .. ':' .. a.idem
if a.idem ~= '' then
  local first = redis.call('HMGET', idem_key, 'hash', 'body')
  if first[1] then
    if first[1] ~= a.idem_hash then return refuse('idempotency_mismatch') end
    if not first[2] then return refuse('idempotency_in_flight') end
    answer('body', first[2])
    return refuse('replay')
  end
end
`;

/** Units and slots: what this request needs, and a slice for those that follow it; debited here or nowhere. */
const SLICE = `
local rate_key = 'hg:rate:' .. a.key
local bucket = redis.call('HMGET', rate_key, 'tokens', 'at')
local at = math.max(num(bucket[2]), num(a.now))
local tokens = math.max(1, 2 * rate)
if bucket[1] then
  tokens = math.min(tokens, num(bucket[1]) + math.max(0, num(a.now) - num(bucket[2])) * rate / 1000)
end
local held_slots, others_slots = count_slots()
local free = math.max(0, slots_limit - held_slots - others_slots)

local need, slots_need = num(a.need), num(a.slots_need)
local slice = math.min(math.floor(left * num(a.share)), math.floor(rate), math.floor(tokens / 2))
if a.slice == '0' then slice = 0 end
local units = math.max(need, slice - num(a.held))
local status = 'ok'
if need > left and a.quota_exempt ~= '1' then status = 'quota'
elseif need > tokens then status = 'rate'
elseif slots_need > free then status = 'slots' end
if status ~= 'ok' then units = 0 end

-- A request that gets no unit may still find one that another brought: its slot it gets all the same.
local slots = math.min(free, slots_need)
if status == 'ok' then
  redis.call('ZADD', 'hg:used', a.now, organization .. ' ' .. a.key)
  slots = math.min(free, math.max(slots_need, math.min(num(a.slots_want), math.floor(free / 8))))
  if a.idem ~= '' then
    redis.call('HSET', idem_key, 'hash', a.idem_hash, 'owner', a.idem_owner)
    redis.call('PEXPIRE', idem_key, a.idem_ttl)
  end
end
if units > 0 then
  for _, owner in ipairs(owners) do redis.call('INCRBY', 'hg:quota:' .. owner .. ':' .. a.month, whole(units)) end
end
redis.call('HSET', rate_key, 'tokens', string.format('%.6f', tokens - units), 'at', whole(at))
redis.call('PEXPIRE', rate_key, 10000)
keep_slots(held_slots + slots)
answer('units', whole(units))
answer('slots', whole(slots))
answer('quota_left', whole(math.max(0, left - units)))
answer('rate_left', whole(math.floor(tokens - units)))
answer('retry_ms', whole(math.ceil(math.max(0, need - tokens) * 1000 / math.max(rate, 0.001))))
return refuse(status)
`;

/**
 * Takes a lease, or adds to it: report, verdict, tier, quota, idempotency, units and slots in one step.
 * KEYS[1] is the key's entry.
 */
export const TAKE_LEASE: KeyValueScript = {
  name: "take_lease",
  source: [
    PRELUDE,
    PUBLISH,
    REPORT,
    SLOTS,
    ANSWER,
    "book_report()",
    VERDICT,
    TIER,
    QUOTA,
    IDEMPOTENCY,
    SLICE,
  ].join("\n"),
};
