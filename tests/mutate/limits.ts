import { ofKind } from "./mutation.ts";

const LEASES = "functions/guard/leases";
const SCRIPT = `${LEASES}/takeLeaseScript.ts`;
const admitter = (name: string) => ({ file: `${LEASES}/createAdmitter.test.ts`, name });
const identity = (name: string) => ({ file: "functions/guard/identity/keysAndConsent.test.ts", name });
const refusals = (name: string) => ({ file: `${LEASES}/scopes.test.ts`, name });
const idempotency = (name: string) => ({ file: "workers/http/endpoint.test.ts", name });
const body = (name: string, written: string) => ({ file: "workers/http/readJson.test.ts", name, written });

/** Every refusal that is about a key, its limits or the size and time of a request, not made. */
export const LIMIT_MUTATIONS = ofKind("limit")([
  {
    id: "rate",
    of: "rate_limit",
    file: SCRIPT,
    find: "elseif need > tokens then status = 'rate'",
    replace: "elseif need < 0 then status = 'rate'",
    test: admitter("lets a key have its rate and two seconds of burst, and tells when to come again"),
  },
  {
    id: "quota",
    of: "quota_exceeded",
    file: SCRIPT,
    find: "if need > left and a.quota_exempt ~= '1' then status = 'quota'",
    replace: "if need < 0 then status = 'quota'",
    test: {
      file: `${LEASES}/hardQuota.test.ts`,
      name: "neither quota, the organization's or a key's own, is passed by one, and both are used to the last",
    },
  },
  {
    id: "quota of a key's own",
    of: "quota_exceeded",
    file: SCRIPT,
    find: "if used and key_quota ~= '' then",
    replace: "if used and key_quota == 'none' then",
    test: {
      file: `${LEASES}/hardQuota.test.ts`,
      name: "neither quota, the organization's or a key's own, is passed by one, and both are used to the last",
    },
  },
  {
    id: "concurrency",
    of: "concurrency_limit",
    file: SCRIPT,
    find: "elseif slots_need > free then status = 'slots' end",
    replace: "elseif slots_need < 0 then status = 'slots' end",
    test: admitter("is never above the limit over several isolates, and slots come back"),
  },
  {
    id: "limits of an organization that were cut",
    of: "rate_limit",
    file: SCRIPT,
    find: "return num(organizations ~= '' and organizations or default)",
    replace: "return num(default)",
    test: {
      file: `${LEASES}/limits.test.ts`,
      name: "of the quota holds in every isolate when its last lease ends, whatever it still held",
    },
  },
  {
    id: "list of addresses",
    of: "address_not_allowed",
    file: `${LEASES}/refuse.ts`,
    find: 'if (!verdict.addressAllowed(request.address)) return "address_not_allowed";',
    replace: "",
    test: admitter("for a scope, an address or a time that the key does not have"),
  },
  {
    id: "prefix of an address range",
    of: "address_not_allowed",
    file: `${LEASES}/addressRules.ts`,
    find: "bits >> hostBits === network",
    replace: "bits >> hostBits >= network",
    test: {
      file: `${LEASES}/addressRules.test.ts`,
      name: "a range holds exactly the addresses that share its prefix",
    },
  },
  {
    id: "end of a key, within a lease",
    of: "expired_key",
    file: `${LEASES}/refuse.ts`,
    find: 'if (expiresAtMs !== null && expiresAtMs <= nowMs) return "expired_key";',
    replace: "",
    test: refusals("for a key's end comes at that moment, although its lease goes on"),
  },
  {
    id: "end of a key, in Redis",
    of: "expired_key",
    file: SCRIPT,
    find: "if expires ~= '' and num(expires) <= num(a.now) then return refuse('expired') end",
    replace: "",
    test: refusals("for its scope or its end costs no unit of the quota"),
  },
  {
    id: "scope, in Redis",
    of: "missing_scope",
    file: SCRIPT,
    find: "if not string.find(scopes, ',' .. a.scope .. ',', 1, true) then return refuse('scope') end",
    replace: "",
    test: refusals("for its scope or its end costs no unit of the quota"),
  },
  {
    id: "revocation",
    of: "revoked_key",
    file: SCRIPT,
    find: "if revoked == '1' then return refuse('revoked') end",
    replace: "",
    test: identity("holds in every isolate within one second, and after Redis has lost everything"),
  },
  {
    id: "fence round a key that is being revoked",
    of: "revoked_key",
    file: `${LEASES}/lua.ts`,
    find: "if fenced(fence) then return 0 end",
    replace: "",
    test: identity("is not undone by an isolate that read Postgres before it and writes Redis after it"),
  },
  {
    id: "secret of a key",
    of: "unknown_key",
    file: SCRIPT,
    find: "if not string.find(a.digests, ',' .. secret .. ',', 1, true) then return refuse('unknown') end",
    replace: "",
    test: admitter("for a right id with a wrong secret, at no cost to the owner of the key"),
  },
  {
    id: "cell of a key",
    of: "unknown_key",
    file: `${LEASES}/createAdmitter.ts`,
    find: "parsed.value.cell !== configuration.CELL",
    replace: 'parsed.value.cell === ""',
    test: admitter("without I/O when its key cannot exist or is of another cell"),
  },
  {
    id: "checksum of a key",
    of: "unknown_key",
    file: "functions/guard/identity/keyText.ts",
    find: "if (checksum(text.slice(0, -CRC_CHARACTERS)) !== crc)",
    replace: "if (crc.length === 0)",
    test: {
      file: "functions/guard/identity/keyText.test.ts",
      name: "one changed character is always noticed",
    },
  },
  {
    id: "a key at all",
    of: "missing_key",
    file: `${LEASES}/createAdmitter.ts`,
    find: 'if (presentedKey === null) return refuse(memory, "missing_key");',
    replace: 'if (presentedKey === null) return refuse(memory, "unknown_key");',
    test: admitter("without I/O when its key cannot exist or is of another cell"),
  },
  {
    id: "strongest tier of a key",
    of: "max_tier",
    file: `${LEASES}/grant.ts`,
    find: "tier: maxTier === null ? tier.tier : weakerTier(tier.tier, maxTier),",
    replace: "tier: tier.tier,",
    test: {
      file: `${LEASES}/limits.test.ts`,
      name: "weakens what the ledger allows, and strengthens nothing",
    },
  },
  {
    id: "end of a lease",
    of: "LEASE_MS",
    file: `${LEASES}/admitWarm.ts`,
    find: "if (tier === undefined || nowMs >= tier.askedAtMs + memory.configuration.LEASE_MS) return null;",
    replace: "if (tier === undefined) return null;",
    test: identity(
      "withdrawn holds in every isolate within one second, also where others keep the lease alive",
    ),
  },
  {
    id: "size of a body that says how large it is",
    of: "body_too_large",
    file: "workers/http/readJson.ts",
    find: "if (declaredBytes !== null && Number(declaredBytes) <= maxBytes)",
    replace: "if (declaredBytes !== null)",
    test: body("of 101 bytes is body_too_large", "of %i bytes is %s"),
  },
  {
    id: "size of a body that does not",
    of: "body_too_large",
    file: "workers/http/readJson.ts",
    find: "return sizeBytes > maxBytes ? null :",
    replace: "return sizeBytes < 0 ? null :",
    test: body("of 101 bytes is body_too_large", "of %i bytes is %s"),
  },
  {
    id: "type of a body",
    of: "unsupported_media_type",
    file: "workers/http/readJson.ts",
    find: 'if (mediaType !== "application/json")',
    replace: 'if (mediaType === "")',
    test: body("is not taken as text/plain", "is not taken as %s"),
  },
  {
    id: "deadline of a call of a model",
    of: "deadline_exceeded",
    file: "workers/ports/openInferenceRunner.ts",
    find: "signal: AbortSignal.timeout(remainingMs),",
    replace: "signal: AbortSignal.timeout(60_000),",
    test: {
      file: "workers/ports/openInferenceRunner.test.ts",
      name: "ends a call of an origin that stalls at the call's own deadline",
    },
  },
  {
    id: "body of an Idempotency-Key",
    of: "idempotency_mismatch",
    file: SCRIPT,
    find: "if first[1] ~= a.idem_hash then return refuse('idempotency_mismatch') end",
    replace: "",
    test: idempotency("takes no other body, and no second one while the first is under way"),
  },
  {
    id: "one request at a time of an Idempotency-Key",
    of: "idempotency_in_flight",
    file: SCRIPT,
    find: "if not first[2] then return refuse('idempotency_in_flight') end",
    replace: "if not first[2] then first[1] = nil else",
    test: idempotency("takes no other body, and no second one while the first is under way"),
  },
]);
