import type { KeyValueScript } from "../../contracts/ports.ts";

/**
 * What all scripts share. Arguments arrive as name and value in turn. Only what Lua 5.1 in Redis 6 and
 * Upstash has is used; numbers are written with `%.0f`, because `tostring` rounds at fourteen digits.
 */
const PRELUDE = `
local a = {}
for i = 1, #ARGV, 2 do a[ARGV[i]] = ARGV[i + 1] end
local function num(text) return tonumber(text or '0') or 0 end
local function whole(number) return string.format('%.0f', number) end
local function fenced(fence) return redis.call('HLEN', fence) > 0 end
`;

/**
 * Stores an entry under its version. A reader of Postgres that was overtaken must lose: nothing is written
 * over an equal or newer version, nor while a fence stands.
 */
const PUBLISH = `
local function publish(entry, fence, version, ttl, fields)
  if fenced(fence) then return 0 end
  local stored = redis.call('HGET', entry, 'version')
  if stored and num(stored) >= num(version) then return 0 end
  redis.call('DEL', entry)
  redis.call('HSET', entry, 'version', version, unpack(fields))
  redis.call('PEXPIRE', entry, ttl)
  return 1
end
`;

/**
 * Books what a holder reports: requests by day and scope, and how its units differ from what was debited:
 * more where an outage let requests through (`debt` over 0), less where a lease ended with units unused
 * (under 0; those go back to the bucket too). A report has a number; sent twice, it counts once.
 */
const REPORT = `
local function book_report()
  if a.seq == '0' then return end
  local seen = 'hg:seq:' .. a.holder
  if num(redis.call('GET', seen)) >= num(a.seq) then return end
  redis.call('SET', seen, a.seq, 'PX', 3600000)
  for day, scope, count in string.gmatch(a.report, '(%S+) (%S+) (%S+);') do
    local usage = 'hg:usage:' .. a.organization .. ':' .. day
    redis.call('HINCRBY', usage, scope, count)
    redis.call('PEXPIRE', usage, 345600000)
    redis.call('SADD', 'hg:usage', a.organization .. ' ' .. day)
  end
  local debt = num(a.debt)
  local quota = 'hg:quota:' .. a.organization .. ':' .. a.debt_month
  local used = redis.call('GET', quota)
  if used and debt ~= 0 then redis.call('SET', quota, whole(math.max(0, num(used) + debt)), 'KEEPTTL') end
  local bucket = 'hg:rate:' .. a.key
  if debt < 0 and redis.call('EXISTS', bucket) == 1 then
    redis.call('HINCRBYFLOAT', bucket, 'tokens', whole(-debt))
  end
end
`;

/** Slots of concurrency by holder; those of a holder that fell silent come back when they expire. */
const SLOTS = `
local function slots_of_others()
  local key, others = 'hg:slots:' .. a.key, 0
  local held = redis.call('HGETALL', key)
  for i = 1, #held, 2 do
    local slots, expires = string.match(held[i + 1], '(%S+) (%S+)')
    if num(expires) <= num(a.now) then redis.call('HDEL', key, held[i])
    elseif held[i] ~= a.holder then others = others + num(slots) end
  end
  return others
end
local function keep_slots(slots)
  local key = 'hg:slots:' .. a.key
  if slots <= 0 then redis.call('HDEL', key, a.holder) return end
  redis.call('HSET', key, a.holder, whole(slots) .. ' ' .. whole(num(a.now) + num(a.slots_ttl)))
  redis.call('PEXPIRE', key, a.slots_ttl)
end
`;

const TAKE = `
local reply = {}
local function answer(name, value) reply[#reply + 1] = name; reply[#reply + 1] = value end
local function refuse(status) answer('status', status) return reply end

book_report()

local entry = 'hg:key:' .. a.key
if fenced('hg:fence:key:' .. a.key) then return refuse('revoked') end
if a.fill == '1' then
  publish(entry, 'hg:fence:key:' .. a.key, a.fill_version, a.facts_ttl, {
    'secret', a.fill_secret, 'organization', a.fill_organization, 'revoked', a.fill_revoked,
    'expires', a.fill_expires, 'scopes', a.fill_scopes, 'rate', a.fill_rate, 'quota', a.fill_quota,
    'slots', a.fill_slots, 'subject', a.fill_subject, 'facts', a.fill_facts })
end
local key = redis.call('HMGET', entry, 'version', 'secret', 'organization', 'revoked', 'expires', 'scopes',
  'rate', 'quota', 'slots', 'subject', 'facts')
local version, secret, organization, revoked, expires, scopes = key[1], key[2], key[3], key[4], key[5], key[6]
if not version then return refuse('miss') end
local function limit_of(own, default) return num(own ~= '' and own or default) end
local rate = limit_of(key[7], a.default_rate)
local quota = limit_of(key[8], a.default_quota)
local slots_limit = limit_of(key[9], a.default_slots)
if not string.find(a.digests, ',' .. secret .. ',', 1, true) then return refuse('unknown') end
if revoked == '1' then return refuse('revoked') end
if expires ~= '' and num(expires) <= num(a.now) then return refuse('expired') end
if version ~= a.known_version then answer('facts', key[11]) end

local subject = a.subject
if subject == '' then subject = key[10] end
local tier_key = 'hg:tier:' .. organization .. ':' .. subject
local tier_fence = 'hg:fence:tier:' .. organization .. ':' .. subject
local tier = { 'none', '', '' }
if not fenced(tier_fence) then
  if a.fill == '1' and a.fill_subject_digest == subject then
    publish(tier_key, tier_fence, a.fill_tier_version, a.tier_ttl,
      { 'tier', a.fill_tier, 'event', a.fill_event, 'seed', a.fill_seed })
  end
  local stored = redis.call('HMGET', tier_key, 'tier', 'event', 'seed')
  if stored[1] then tier = stored elseif a.assume ~= '1' then return refuse('miss') end
end
answer('subject', subject)
answer('tier', tier[1])
answer('event', tier[2])
answer('seed', tier[3])
if not string.find(scopes, ',' .. a.scope .. ',', 1, true) then return refuse('scope') end

local quota_key = 'hg:quota:' .. organization .. ':' .. a.month
local used = redis.call('GET', quota_key)
if not used then
  if redis.call('EXISTS', 'hg:quota:' .. organization .. ':' .. a.last_month) == 1 then used = '0'
  elseif a.fill == '1' and a.fill_organization == organization then used = a.fill_used
  elseif a.assume == '1' then return refuse('quota_unknown')
  else return refuse('miss') end
  redis.call('SET', quota_key, used, 'PX', 5400000000)
end

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

local left = math.max(0, quota - num(used))
local rate_key = 'hg:rate:' .. a.key
local bucket = redis.call('HMGET', rate_key, 'tokens', 'at')
local at = math.max(num(bucket[2]), num(a.now))
local tokens = math.max(1, 2 * rate)
if bucket[1] then
  tokens = math.min(tokens, num(bucket[1]) + math.max(0, num(a.now) - num(bucket[2])) * rate / 1000)
end
local held_slots = num(a.slots_held)
local free = math.max(0, slots_limit - held_slots - slots_of_others())

local need, slots_need = num(a.need), num(a.slots_need)
local slice = math.min(math.floor(left * num(a.share)), math.floor(rate), math.floor(tokens / 2))
if a.slice == '0' then slice = 0 end
local units = math.max(need, slice - num(a.held))
local status = 'ok'
if need > left then status = 'quota'
elseif need > tokens then status = 'rate'
elseif slots_need > free then status = 'slots' end
if status ~= 'ok' then units = 0 end

local slots = 0
if status == 'ok' then
  slots = math.min(free, math.max(slots_need, math.min(num(a.slots_want), math.floor(free / 8))))
  if a.idem ~= '' then
    redis.call('HSET', idem_key, 'hash', a.idem_hash, 'owner', a.idem_owner)
    redis.call('PEXPIRE', idem_key, a.idem_ttl)
  end
end
if units > 0 then redis.call('INCRBY', quota_key, whole(units)) end
redis.call('HSET', rate_key, 'tokens', string.format('%.6f', tokens - units), 'at', whole(at))
redis.call('PEXPIRE', rate_key, 10000)
keep_slots(held_slots + slots)
answer('units', whole(units))
answer('slots', whole(slots))
answer('quota_left', whole(left - units))
answer('rate_left', whole(math.floor(tokens - units)))
answer('retry_ms', whole(math.ceil(math.max(0, need - tokens) * 1000 / math.max(rate, 0.001))))
return refuse(status)
`;

/** Takes a lease, or adds to it: verdict, tier, idempotency, units and slots in one step. KEYS[1] is the key's entry. */
export const TAKE_LEASE: KeyValueScript = {
  name: "take_lease",
  source: PRELUDE + PUBLISH + REPORT + SLOTS + TAKE,
};

/** Ends a lease: books what was used, gives back what was not. */
export const SETTLE_LEASE: KeyValueScript = {
  name: "settle_lease",
  source: `${PRELUDE}${REPORT}${SLOTS}
book_report()
keep_slots(num(a.slots_held))
return 1`,
};

/** Raises a fence round an entry and drops the entry: until the change ends or the fence falls, it is closed. */
export const RAISE_FENCE: KeyValueScript = {
  name: "raise_fence",
  source: `${PRELUDE}
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], a.token, '1')
redis.call('PEXPIRE', KEYS[2], a.ttl)
return 1`,
};

/** Lowers one's own fence and publishes what Postgres holds now; other fences and newer versions stand. */
export const PUBLISH_ENTRY: KeyValueScript = {
  name: "publish_entry",
  source: `${PRELUDE}${PUBLISH}
if a.token ~= '' then redis.call('HDEL', KEYS[2], a.token) end
local fields, position = {}, 0
for i = 1, #ARGV, 2 do
  local name = string.match(ARGV[i], '^field:(.+)$')
  if name then
    fields[position + 1], fields[position + 2] = name, ARGV[i + 1]
    position = position + 2
  end
end
return publish(KEYS[1], KEYS[2], a.version, a.ttl, fields)`,
};

/** Stores the answer of an idempotent request, if the lock is still this request's. */
export const STORE_ANSWER: KeyValueScript = {
  name: "store_answer",
  source: `${PRELUDE}
if redis.call('HGET', KEYS[1], 'owner') ~= a.owner then return 0 end
redis.call('HSET', KEYS[1], 'body', a.body)
redis.call('PEXPIRE', KEYS[1], a.ttl)
return 1`,
};

/** Frees the lock of an idempotent request that ended without an answer worth replaying. */
export const FREE_LOCK: KeyValueScript = {
  name: "free_lock",
  source: `${PRELUDE}
local lock = redis.call('HMGET', KEYS[1], 'owner', 'body')
if lock[1] == a.owner and not lock[2] then redis.call('DEL', KEYS[1]) end
return 1`,
};
