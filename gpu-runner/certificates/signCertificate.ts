// The library's decorators need it, before the library.
import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

const KEY = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const DAY_MS = 86_400_000;
/** So that a clock that is a little behind takes a certificate that was just made. */
const CLOCK_SKEW_MS = 300_000;

const toPem = (label: string, der: ArrayBuffer): string => {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};

const fromPem = (pem: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64"));

const newKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(KEY, true, ["sign", "verify"]);

const lifeOf = (now: Date, days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
  notAfter: new Date(now.getTime() + days * DAY_MS),
});

/** Positive, and never the same twice. */
const newSerial = (): string => `01${randomBytes(15).toString("hex")}`;

const withKey = async (certificate: X509Certificate, { privateKey }: CryptoKeyPair): Promise<KeyPair> => ({
  certificate: `${certificate.toString("pem")}\n`,
  key: toPem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", privateKey)),
});

/** Makes an authority (ECDSA P-256) that may sign certificates of callers and servers, and no further authorities. */
export const createAuthority = async (name: string, now: Date, days: number): Promise<KeyPair> => {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=${name}`,
    ...lifeOf(now, days),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return withKey(certificate, keys);
};

export interface CertificateRequest {
  readonly name: string;
  /** A server's certificate is none of a caller, and the other way round. */
  readonly use: "server" | "client";
  /** Names and addresses under which a server is reached. */
  readonly hosts: readonly string[];
  readonly now: Date;
  readonly days: number;
}

const hostNames = (hosts: readonly string[]): JsonGeneralName[] =>
  hosts.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }));

/** Makes a key pair (ECDSA P-256) whose certificate is signed by an authority. */
export const signCertificate = async (
  authority: KeyPair,
  { days, hosts, name, now, use }: CertificateRequest,
): Promise<KeyPair> => {
  const keys = await newKeys();
  const signer = new X509Certificate(authority.certificate);
  const usage = use === "server" ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([usage]),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(signer.publicKey),
  ];
  if (hosts.length > 0) extensions.push(new SubjectAlternativeNameExtension(hostNames(hosts)));
  const certificate = await X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: `CN=${name}`,
    issuer: signer.subject,
    ...lifeOf(now, days),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey("pkcs8", fromPem(authority.key), KEY, false, ["sign"]),
    signingAlgorithm: SIGNING,
    extensions,
  });
  return withKey(certificate, keys);
};
