import type { KeyValueScript } from "../../contracts/ports.ts";

/**
 * What all scripts share. Arguments arrive as name and value in turn. Only what Lua 5.1 in Redis 6 and
 * Upstash has is used; numbers are written with `%.0f`, because `tostring` rounds at fourteen digits.
 */
export const PRELUDE = `
local a = {}
for i = 1, #ARGV, 2 do a[ARGV[i]] = ARGV[i + 1] end
local function num(text) return tonumber(text or '0') or 0 end
local function whole(number) return string.format('%.0f', number) end
local function fenced(fence) return redis.call('HLEN', fence) > 0 end
`;

/**
 * Stores an entry under its version. A reader of Postgres that was overtaken must lose: nothing is written
 * over an equal or newer version, nor while a fence stands. An equal one was confirmed, and lives on.
 * `name_entry` keeps the other name of an entry at least as long as the entry itself.
 */
export const PUBLISH = `
local function publish(entry, fence, version, ttl, fields)
  if fenced(fence) then return 0 end
  local stored = redis.call('HGET', entry, 'version')
  if stored == version then redis.call('PEXPIRE', entry, ttl) end
  if stored and num(stored) >= num(version) then return 0 end
  redis.call('DEL', entry)
  redis.call('HSET', entry, 'version', version, unpack(fields))
  redis.call('PEXPIRE', entry, ttl)
  return 1
end
local function name_entry(name, value, ttl)
  if redis.call('PTTL', name) < num(ttl) then redis.call('SET', name, value, 'PX', ttl) end
end
`;

/**
 * Books what a holder reports: requests by day and scope, and how its units differ from what was debited:
 * more where an outage let requests through (`debt` over 0), less where a lease ended with units unused
 * (under 0; those go back to the bucket too). A report has a number; sent twice, it counts once.
 */
export const REPORT = `
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
  for _, owner in ipairs({ a.organization, 'key:' .. a.key }) do
    local quota = 'hg:quota:' .. owner .. ':' .. a.debt_month
    local used = redis.call('GET', quota)
    if used and debt ~= 0 then redis.call('SET', quota, whole(math.max(0, num(used) + debt)), 'KEEPTTL') end
  end
  local bucket = 'hg:rate:' .. a.key
  if debt < 0 and redis.call('EXISTS', bucket) == 1 then
    redis.call('HINCRBYFLOAT', bucket, 'tokens', whole(-debt))
  end
end
`;

/**
 * Slots of concurrency by holder; those of a holder that fell silent come back when they expire. Several of a
 * holder's requests may ask at once, none knowing what the others got: then its slots are those counted here,
 * unless it says that its own count is exact.
 */
export const SLOTS = `
local function count_slots()
  local key, own, others = 'hg:slots:' .. a.key, num(a.slots_held), 0
  local held = redis.call('HGETALL', key)
  for i = 1, #held, 2 do
    local slots, expires = string.match(held[i + 1], '(%S+) (%S+)')
    if num(expires) <= num(a.now) then redis.call('HDEL', key, held[i])
    elseif held[i] ~= a.holder then others = others + num(slots)
    elseif a.slots_exact ~= '1' then own = math.max(own, num(slots)) end
  end
  return own, others
end
local function keep_slots(slots)
  local key = 'hg:slots:' .. a.key
  if slots <= 0 then redis.call('HDEL', key, a.holder) return end
  redis.call('HSET', key, a.holder, whole(slots) .. ' ' .. whole(num(a.now) + num(a.slots_ttl)))
  redis.call('PEXPIRE', key, a.slots_ttl)
end
`;

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
if KEYS[3] then name_entry(KEYS[3], a.named, a.ttl) end
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
