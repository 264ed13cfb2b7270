import { z } from "zod";
import { IMAGE_EMBEDDERS, TEXT_EMBEDDERS } from "./models.ts";
import { policyServersSetting } from "./policyServersSetting.ts";

/** One setting: what it means for an operator, and its schema with the default. */
const setting = <Schema extends z.ZodType>(schema: Schema, meaning: string): Schema =>
  schema.meta({ description: meaning }) as Schema;

const milliseconds = (fallback: number, meaning: string, min = 1) =>
  setting(z.coerce.number().int().min(min).default(fallback), meaning);
const count = (fallback: number, meaning: string, min = 1) =>
  setting(z.coerce.number().int().min(min).default(fallback), meaning);
const share = (fallback: number, meaning: string) =>
  setting(z.coerce.number().min(0).max(1).default(fallback), meaning);

const secretSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "must be 32 random bytes in base64url");

/** Every setting of the edge. Read once per isolate; anything wrong or missing is fatal and says which. */
export const configurationSchema = z.object({
  CELL: setting(
    z
      .string()
      .regex(/^[a-z]{2,8}[0-9]{0,2}$/)
      .default("local"),
    "The cell this deployment serves; keys name it.",
  ),
  JURISDICTION: setting(
    z.enum(["none", "eu", "us", "fedramp"]).default("none"),
    "Where outboxes and sockets run and keep data; only Cloudflare knows them. Outboxes of another one are others.",
  ),
  LOG_LEVEL: setting(
    z.enum(["debug", "info", "warn", "error"]).default("info"),
    "Least severe log line that is written.",
  ),
  KEY_PEPPERS: setting(
    z
      .string()
      .regex(
        /^[0-9]+:[A-Za-z0-9_-]{43}(,[0-9]+:[A-Za-z0-9_-]{43})*$/,
        "must be version:secret, comma separated",
      )
      .transform((text) =>
        text.split(",").map((part) => {
          const [version = "", secret = ""] = part.split(":");
          return { version: Number(version), secret };
        }),
      ),
    "Secret. Peppers of the API key digests, `version:secret`, newest first.",
  ),
  SUBJECT_SECRET: setting(
    secretSchema,
    "Secret. Keys the digest under which people are known in the tables.",
  ),
  PENDING_SECRET: setting(
    secretSchema,
    "Secret. Master of the data keys that encrypt what waits for anonymization.",
  ),
  SIGNING_SECRET: setting(
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}(,[A-Za-z0-9_-]{43})*$/, "must be 32 random bytes in base64url")
      .transform((text) => text.split(",")),
    "Secret. Seed of the Ed25519 key that signs receipts and audit anchors; behind commas, older ones that still verify.",
  ),

  DATABASE_URL: setting(
    z.string().startsWith("postgres"),
    "Secret. Postgres, as a role that row-level security binds.",
  ),
  DATABASE_HTTP_URL: setting(
    z.url().optional(),
    "SQL-over-HTTP endpoint; unset: the one that Neon derives from the URL.",
  ),
  DATABASE_TIMEOUT_MS: milliseconds(2000, "Deadline of one database call."),
  UPSTASH_REDIS_REST_URL: setting(z.url(), "Redis over the Upstash REST protocol."),
  UPSTASH_REDIS_REST_TOKEN: setting(z.string().min(1), "Secret. Token of the Redis endpoint."),
  REDIS_TIMEOUT_MS: milliseconds(75, "Deadline of one Redis call."),
  RUNNER_URLS: setting(
    z
      .string()
      .transform((text) => text.split(",").map((url) => z.url().parse(url.trim()).replace(/\/$/, ""))),
    "Runners that speak the Open Inference Protocol, in the order in which they are tried.",
  ),
  POLICY_SERVERS: setting(
    policyServersSetting,
    "Secret. Policies on openpi, OpenVLA or Open Inference servers elsewhere, as JSON: docs/policy-servers.md.",
  ),
  R2_TIMEOUT_MS: milliseconds(5000, "Deadline of one object store call."),
  S3_BUCKET_URL: setting(
    z.url().optional(),
    "An S3 endpoint with its bucket in the path, in the place of R2; unset: R2.",
  ),
  S3_REGION: setting(z.string().default("auto"), "Region of the S3 endpoint."),
  S3_ACCESS_KEY_ID: setting(z.string().default(""), "Access key of the S3 endpoint."),
  S3_SECRET_ACCESS_KEY: setting(z.string().default(""), "Secret. Secret key of the S3 endpoint."),

  LEASE_MS: setting(
    z.coerce.number().int().min(50).max(1000).default(1000),
    "Life of an admission lease; revocation holds within it.",
  ),
  LEASE_QUOTA_SHARE: share(0.01, "Largest share of what is left of a quota that one lease may take."),
  VERDICT_GRACE_MS: milliseconds(
    60_000,
    "Age up to which identity and consent verdicts stand while Redis is away.",
  ),
  OUTAGE_QUOTA_ALLOWANCE: count(
    200,
    "Requests per key and isolate that are admitted while the quota cannot be asked.",
    0,
  ),
  OUTAGE_RETRY_MS: milliseconds(1000, "Pause before Redis is asked again after it failed."),
  RATE_LIMIT_PER_SECOND: count(5000, "Requests per second of a key without a limit of its own."),
  QUOTA_PER_MONTH: count(100_000_000, "Requests per month of an organization without a quota of its own."),
  CONCURRENCY_LIMIT: count(512, "Requests in flight of a key without a limit of its own."),
  IDEMPOTENCY_TTL_MS: milliseconds(60_000, "How long an answer is replayed for its Idempotency-Key."),

  BODY_MAX_BYTES: count(4_000_000, "Largest request body."),
  IMAGE_MAX_BYTES: count(1_500_000, "Largest image, decoded from base64."),
  RECORD_IMAGES_MAX_BYTES: setting(
    z.coerce.number().int().min(1).max(1_900_000).default(1_500_000),
    "Pictures of all cameras that one record keeps, together; a row of an outbox takes no more than 2 MB.",
  ),
  IMAGE_MIN_PIXELS: count(16, "Least width and height of an image."),
  IMAGE_MAX_PIXELS: count(4096, "Greatest width and height of an image."),
  INSTRUCTION_MAX_CHARACTERS: count(512, "Longest instruction."),
  FEEDBACK_TEXT_MAX_CHARACTERS: count(20_000, "Longest text of feedback: a comment, or one side of an edit."),
  CAPTURED_AT_MAX_AGE_MS: milliseconds(30_000, "Oldest observation that is acted upon."),
  CAPTURED_AT_MAX_AHEAD_MS: milliseconds(2000, "How far a robot's clock may run ahead of ours.", 0),
  ACT_MODEL: setting(
    z.string().default("visual-servo"),
    "Model that serves /v1/act when the request names none.",
  ),
  ACT_DEADLINE_MS: milliseconds(1000, "Deadline of an act request that names none."),
  ACT_DEADLINE_MAX_MS: milliseconds(30_000, "Longest deadline an act request may ask for."),
  ACT_SAFETY_SCORE_MIN: share(
    0,
    "Safety score under which an action is refused although inside its envelope.",
  ),
  EMBEDDINGS_TIMEOUT_MS: milliseconds(10_000, "Deadline of all inputs of one /v1/embeddings request."),
  EMBEDDINGS_INPUT_MAX_CHARACTERS: count(8192, "Longest text of one input of /v1/embeddings."),
  INFERENCE_PROTOCOL_TIMEOUT_MS: milliseconds(
    10_000,
    "Deadline of a request under /v2, where its caller sets no shorter one.",
  ),

  SOCKET_RESUME_MS: milliseconds(
    60_000,
    "How soon a socket that names no session must come back to go on with its key's last one.",
  ),
  SOCKET_FORGET_MS: milliseconds(
    3_600_000,
    "How long a session whose socket is gone is remembered: its episode, its step, its last chunk.",
  ),
  SOCKET_OUTBOXES: count(
    4,
    "Sessions per organization at a time that keep their records themselves, which is fastest; further ones share its outboxes, and their commits.",
    0,
  ),
  SOCKET_DRAIN_DELAY_MS: milliseconds(
    1000,
    "Pause between a record that a session keeps and the drain that stores it: each drains by itself.",
  ),

  OUTBOX_TIMEOUT_MS: milliseconds(250, "Deadline of recording an exchange."),
  OUTBOX_READ_TIMEOUT_MS: milliseconds(
    1000,
    "Deadline of looking for a record that still waits in an outbox.",
  ),
  OUTBOX_SHARDS: count(1, "Outboxes per organization; more than one for above some 500 records per second."),
  OUTBOX_MAX_ENTRIES: count(200_000, "Entries at which an outbox refuses more."),
  OUTBOX_DRAIN_DELAY_MS: milliseconds(200, "Pause between an append and the drain that stores it."),
  OUTBOX_BATCH_ENTRIES: count(250, "Entries that one database statement takes."),
  OUTBOX_RETRY_MAX_MS: milliseconds(30_000, "Longest pause between drains that fail."),
  OUTBOX_DEAD_AFTER_MS: milliseconds(
    86_400_000,
    "Age at which an entry that cannot be stored moves to dead/.",
  ),
  DUPLICATE_WINDOW_MS: milliseconds(86_400_000, "How long an outbox remembers the content it has seen."),
  NEAR_TEXT_SIMILARITY_MIN: share(
    0.8,
    "Similarity from which a text counts as nearly the same as an older one.",
  ),
  NEAR_IMAGE_DISTANCE_MAX_BITS: setting(
    z.coerce.number().int().min(0).max(64).default(4),
    "Bits of 64 by which the hashes of nearly the same keyframes differ at most.",
  ),
  ANONYMIZE_PICTURES_OF: setting(
    z.enum(["people", "everybody"]).default("people"),
    "In whose pictures faces and writing are looked for: people's, or also those of streams that were declared person-free. Metadata are taken out of all.",
  ),
  ANONYMIZE_MAX_ATTEMPTS: count(3, "Failures after which an image is dropped."),
  FRAME_PACK_FRAMES: count(64, "Frames of an episode that share one object."),
  FRAME_PACK_MAX_BYTES: count(
    8_000_000,
    "Size of pictures at which a pack ends before it has all its frames; a drain holds some four times this.",
  ),
  FRAME_PACK_MAX_AGE_MS: milliseconds(5000, "How long frames wait for their pack to fill.", 0),
  KEYFRAME_EVERY_STEPS: count(10, "Every which step of an episode gets an image vector."),
  BODY_COMPRESS_OVER_BYTES: count(10_240, "Payload size from which it is stored compressed."),

  VECTOR_INDEX: setting(
    z.enum(["hnsw", "ivfflat"]).default("hnsw"),
    "Kind of the vector indexes; `npm start` builds it, elsewhere `npm run migrate -- --vector-index` does.",
  ),
  SEARCH_EF_SEARCH: setting(
    z.coerce.number().int().min(1).max(1000).default(100),
    "Candidates that a search of an HNSW index keeps: more find more, and take longer.",
  ),
  SEARCH_PROBES: count(40, "Lists of an IVFFlat index that a search opens first."),
  SEARCH_SCAN_TUPLES: count(20_000, "Vectors of all organizations that one search visits at most."),
  SEARCH_EXACT_VECTORS: count(
    10_000,
    "Own vectors up to which a search asks no index, where 100,000 are stored; grows with the root of these.",
    0,
  ),
  EMBED_TEXT_MODEL: setting(
    z.enum(TEXT_EMBEDDERS).default("lexical-384"),
    "The model whose vectors of texts are stored and searched; `minilm-l6-384` is to be pulled first.",
  ),
  EMBED_IMAGE_MODEL: setting(
    z.enum(IMAGE_EMBEDDERS).default("visual-512"),
    "The same of images; `clip-vit-b32-512` is to be pulled first.",
  ),
  SEARCH_EMBED_TIMEOUT_MS: milliseconds(1000, "Deadline of embedding the query of a search."),
  SEARCH_CACHE_MS: milliseconds(300_000, "How long an isolate remembers the vector of a query.", 0),

  METRICS_TOKEN: setting(
    z.string().min(16).optional(),
    "Secret. Bearer token for /metrics; unset: a key of the platform.",
  ),
  METRICS_FLUSH_MS: milliseconds(5000, "Longest time a count waits in an isolate before it is flushed."),
  HEALTH_CACHE_MS: milliseconds(1000, "Age up to which a health answer is given again."),
  HEALTH_TIMEOUT_MS: milliseconds(1000, "Deadline of one health probe."),
  RETENTION_METADATA_MONTHS: count(24, "Months after which partitions of record metadata are dropped."),
  RETENTION_BODIES_DAYS: count(90, "Days after which partitions of payloads are dropped."),
});

export type Configuration = z.infer<typeof configurationSchema>;
export type SettingName = keyof Configuration;

/** Settings that must never be printed or logged. */
export const SECRET_SETTINGS = [
  "KEY_PEPPERS",
  "SUBJECT_SECRET",
  "PENDING_SECRET",
  "SIGNING_SECRET",
  "DATABASE_URL",
  "UPSTASH_REDIS_REST_TOKEN",
  "S3_SECRET_ACCESS_KEY",
  "METRICS_TOKEN",
  "POLICY_SERVERS",
] as const satisfies readonly SettingName[];
export type SecretSetting = (typeof SECRET_SETTINGS)[number];

/**
 * Reads the configuration out of an environment. Throws one sentence per wrong setting: a deployment with
 * half a configuration must not start.
 */
export function readConfiguration(environment: Readonly<Record<string, unknown>>): Configuration {
  const parsed = configurationSchema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`The configuration is wrong. ${sentences.join("; ")}`);
}
