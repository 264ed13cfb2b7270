import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Outcome } from "../protocol/outcome.ts";

/** Where the runner's own certificate and key lie, and the authority that signs those who may call (all PEM). */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority: string;
}

/** What was read: the options of a secure context, a digest of the files, and until when the certificate holds. */
export interface TlsMaterial {
  readonly context: SecureContextOptions;
  readonly digest: string;
  readonly validUntil: Date;
}

const problem = (sentence: string): Outcome<never, string> => ({ ok: false, failure: sentence });

const read = async (path: string): Promise<Outcome<Buffer, string>> => {
  try {
    return { ok: true, value: await readFile(path) };
  } catch (error) {
    return problem(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Reads and checks the files of mutual TLS. Fails with one sentence: unreadable, no PEM, a key of another certificate, expired. */
export const readTlsFiles = async (files: TlsFiles, now: Date): Promise<Outcome<TlsMaterial, string>> => {
  const cert = await read(files.certificate);
  if (!cert.ok) return cert;
  const key = await read(files.key);
  if (!key.ok) return key;
  const ca = await read(files.clientAuthority);
  if (!ca.ok) return ca;
  const context: SecureContextOptions = {
    cert: cert.value,
    key: key.value,
    ca: ca.value,
    minVersion: "TLSv1.3",
  };
  const hash = createHash("sha256");
  for (const bytes of [cert.value, key.value, ca.value]) hash.update(bytes).update("\0");
  try {
    const { validToDate } = new X509Certificate(cert.value);
    // An authority that is no certificate would let nobody in, silently.
    new X509Certificate(ca.value);
    createSecureContext(context);
    if (validToDate <= now) return problem(`${files.certificate} expired on ${validToDate.toISOString()}.`);
    return { ok: true, value: { context, digest: hash.digest("hex"), validUntil: validToDate } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return problem(`The certificate, its key and the authority do not fit each other: ${reason}`);
  }
};
