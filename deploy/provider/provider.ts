import type { Outcome } from "../../functions/contracts/outcome.ts";
import type { Obstacle } from "../obstacle.ts";

/** What a deployment asks of Cloudflare, for one cell. */
export interface Provider {
  /** The version of the program that talks to it. */
  version(): Promise<Outcome<string, Obstacle>>;
  /** Accounts that the credentials open; empty where they may not say. */
  accounts(): Promise<Outcome<readonly string[], Obstacle>>;
  bucketExists(): Promise<Outcome<boolean, Obstacle>>;
  createBucket(): Promise<Outcome<undefined, Obstacle>>;
  /** Names of the Worker's secrets; none where there is no Worker yet. Values can never be read. */
  secretNames(): Promise<Outcome<readonly string[], Obstacle>>;
  putSecrets(secrets: Readonly<Record<string, string>>): Promise<Outcome<undefined, Obstacle>>;
  /** The tag of the version that serves; null where there is none, or none that carries a tag. */
  deployedTag(): Promise<Outcome<string | null, Obstacle>>;
  deploy(tag: string): Promise<Outcome<undefined, Obstacle>>;
}
