import { X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthority, type KeyPair, signCertificate } from "./signCertificate.ts";

const AUTHORITY_DAYS = 365;
const LEAF_DAYS = 90;
const DAY_MS = 86_400_000;
/** Keys are for their owner only. */
const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

/** Whole or not at all: a runner may look at the file at any time. */
const replace = async (path: string, text: string, mode: number): Promise<void> => {
  await writeFile(`${path}.new`, text, { mode });
  await rename(`${path}.new`, path);
};

const write = async (folder: string, name: string, pair: KeyPair): Promise<void> => {
  await replace(join(folder, `${name}.key`), pair.key, KEY_MODE);
  await replace(join(folder, `${name}.crt`), pair.certificate, CERTIFICATE_MODE);
};

/** The authority of a folder, while what it signs now would not outlive it. */
const readAuthority = async (folder: string, now: Date): Promise<KeyPair | null> => {
  try {
    const certificate = await readFile(join(folder, "ca.crt"), "utf8");
    const leftMs = new X509Certificate(certificate).validToDate.getTime() - now.getTime();
    if (leftMs < LEAF_DAYS * DAY_MS) return null;
    return { certificate, key: await readFile(join(folder, "ca.key"), "utf8") };
  } catch {
    return null;
  }
};

/**
 * Writes `ca`, `server` and `client` (`.crt` and `.key`, PEM) into a folder, for development. An authority that is
 * there stays until it has less time left than what it signs; `hosts` is what the server is called. Says whether it is new.
 */
export const writeCertificates = async (
  folder: string,
  hosts: readonly string[],
  now: Date,
): Promise<{ readonly newAuthority: boolean }> => {
  await mkdir(folder, { recursive: true });
  const found = await readAuthority(folder, now);
  const authority = found ?? (await createAuthority("Headgate development CA", now, AUTHORITY_DAYS));
  if (found === null) await write(folder, "ca", authority);
  const shared = { now, days: LEAF_DAYS };
  const server = { ...shared, name: "headgate-runner", use: "server", hosts } as const;
  const client = { ...shared, name: "headgate-edge", use: "client", hosts: [] } as const;
  await write(folder, "server", await signCertificate(authority, server));
  await write(folder, "client", await signCertificate(authority, client));
  return { newAuthority: found === null };
};
