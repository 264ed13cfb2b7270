import type { SecretSetting } from "../../contracts/configuration.ts";
import type { Random } from "../../contracts/ports.ts";

/**
 * Where the value of each secret comes from: made here, or given by whoever runs that service. A secret that
 * joins SECRET_SETTINGS does not compile until it has its line.
 */
const ORIGINS = {
  KEY_PEPPERS: "versioned",
  SUBJECT_SECRET: "random",
  PENDING_SECRET: "random",
  SIGNING_SECRET: "random",
  METRICS_TOKEN: "random",
  DATABASE_URL: "given",
  UPSTASH_REDIS_REST_TOKEN: "given",
  S3_SECRET_ACCESS_KEY: "given",
  POLICY_SERVERS: "given",
} as const satisfies Record<SecretSetting, "versioned" | "random" | "given">;

type Origins = typeof ORIGINS;
/** A secret that is random bytes and nothing else, so that a deployment can make it. */
export type MakeableSecret = {
  [Name in SecretSetting]: Origins[Name] extends "given" ? never : Name;
}[SecretSetting];

const isMakeable = (name: SecretSetting): name is MakeableSecret => ORIGINS[name] !== "given";

const SECRET_BYTES = 32;

/** The secrets that a deployment makes. */
export const makeableSecrets = (names: readonly SecretSetting[]): MakeableSecret[] =>
  names.filter(isMakeable);

/** A new value of a secret: 256 random bits in base64url, behind a version where the setting has them. */
export function makeSecret(name: MakeableSecret, random: Random): string {
  const secret = randomText(random);
  return ORIGINS[name] === "versioned" ? `1:${secret}` : secret;
}

/**
 * The peppers with a new one in front, one version up: new keys are digested under it, stored ones still open
 * under theirs.
 */
export function prependPepper(peppers: string, random: Random): string {
  const versions = peppers.split(",").map((pepper) => Number(pepper.split(":")[0]));
  return `${Math.max(...versions) + 1}:${randomText(random)},${peppers}`;
}

const randomText = (random: Random): string =>
  btoa(String.fromCharCode(...random.bytes(SECRET_BYTES)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
