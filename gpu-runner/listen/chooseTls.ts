import type { Outcome } from "../protocol/outcome.ts";
import type { Settings } from "../settings.ts";
import { isLoopback } from "./isLoopback.ts";
import type { TlsFiles } from "./readTlsFiles.ts";

const problem = (sentence: string): Outcome<never, string> => ({ ok: false, failure: sentence });

/**
 * The files of mutual TLS, or null for plain HTTP, which only loopback may have. Fails with one sentence where a file
 * is not named, or where others could reach a plain port.
 */
export const chooseTls = (settings: Settings): Outcome<TlsFiles | null, string> => {
  const { HOST, TLS_CERTIFICATE, TLS_CLIENT_AUTHORITY, TLS_KEY } = settings;
  if (TLS_CERTIFICATE !== undefined && TLS_KEY !== undefined && TLS_CLIENT_AUTHORITY !== undefined)
    return {
      ok: true,
      value: { certificate: TLS_CERTIFICATE, key: TLS_KEY, clientAuthority: TLS_CLIENT_AUTHORITY },
    };
  if (TLS_CERTIFICATE !== undefined || TLS_KEY !== undefined || TLS_CLIENT_AUTHORITY !== undefined)
    return problem("Mutual TLS needs all of TLS_CERTIFICATE, TLS_KEY and TLS_CLIENT_AUTHORITY.");
  if (isLoopback(HOST)) return { ok: true, value: null };
  return problem(
    `Plain HTTP is for loopback only, and HOST is ${HOST}: name TLS_CERTIFICATE, TLS_KEY and TLS_CLIENT_AUTHORITY.`,
  );
};
