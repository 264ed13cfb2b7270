import type { GrantedLimits } from "../../functions/guard/leases/admission.ts";

/**
 * Both families of rate limit headers: `RateLimit`/`RateLimit-Policy` of the IETF draft, and the older
 * `X-RateLimit-*` that SDKs still read. Figures are this isolate's view, at most one lease old.
 */
export function limitHeaders({ rate, quota }: GrantedLimits): Record<string, string> {
  return {
    "ratelimit-policy": `"rate";q=${rate.limit};w=1, "quota";q=${quota.limit}`,
    ratelimit: `"rate";r=${rate.remaining};t=${rate.resetSeconds}, "quota";r=${quota.remaining};t=${quota.resetSeconds}`,
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(rate.remaining),
    "x-ratelimit-reset": String(rate.resetSeconds),
  };
}
