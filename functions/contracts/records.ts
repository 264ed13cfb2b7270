import { z } from "zod";
import {
  actionFrameSchema,
  actionSpaceSchema,
  actionUnitsSchema,
  gripperConventionSchema,
} from "./actionSpaces.ts";
import { consentTierSchema } from "./tiers.ts";

/** Whether a part of the exchange lies in the record, waits for anonymization, was not kept, or never was. */
export const partStateSchema = z.enum(["absent", "withheld", "pending", "stored"]);
export type PartState = z.infer<typeof partStateSchema>;

export const servedStatusSchema = z.enum(["served", "unsafe_action"]);
export type ServedStatus = z.infer<typeof servedStatusSchema>;

export const safetyCheckSchema = z.object({
  rule: z.string(),
  limit: z.number(),
  value: z.number(),
  /** Distance to the limit as a share of it: 1 is far inside, 0 on it, negative outside. */
  margin: z.number(),
  passed: z.boolean(),
});
export type SafetyCheck = z.infer<typeof safetyCheckSchema>;

/** The surface over which an exchange was served. */
export const servedSourceSchema = z.enum(["act", "openpi", "openvla"]);
export type ServedSource = z.infer<typeof servedSourceSchema>;

/** What tier `basic` keeps of an exchange. Times in milliseconds. */
export const recordMetadataSchema = z.object({
  keyId: z.string(),
  source: servedSourceSchema,
  status: servedStatusSchema,
  model: z.string(),
  modelVersion: z.string(),
  /** Who answered: `runner`, or a policy server; null in what an older version wrote. */
  origin: z.string().nullable().default(null),
  robotType: z.string(),
  actionSpace: actionSpaceSchema,
  frame: actionFrameSchema,
  units: actionUnitsSchema,
  gripperConvention: gripperConventionSchema,
  normKey: z.string(),
  controlHz: z.number(),
  chunkSize: z.number().int(),
  episodeId: z.string().nullable(),
  step: z.number().int().nullable(),
  environment: z.string().nullable(),
  capturedAtMs: z.number().nullable(),
  warnings: z.array(z.string()),
  admitMs: z.number(),
  runnerQueueMs: z.number().nullable(),
  runnerComputeMs: z.number().nullable(),
  inferMs: z.number(),
  traceId: z.string(),
  configurationHash: z.string(),
});
export type RecordMetadata = z.infer<typeof recordMetadataSchema>;

const isFiniteRow = (row: unknown): boolean => Array.isArray(row) && row.every(Number.isFinite);

/** Steps by numbers. One check for all of them: a check per number is most of what reading a record costs. */
export const chunkSchema = z.custom<number[][]>(
  (chunk) => Array.isArray(chunk) && chunk.every(isFiniteRow),
  "not a chunk of finite numbers",
);

/** A record as stores hold it: each part is there only if the subject's tier keeps it. */
export const storableRecordSchema = z.object({
  id: z.uuid(),
  createdAtMs: z.number(),
  organizationId: z.uuid(),
  /** Keyed digest of the caller's name for the person; null on a person-free stream. */
  subjectRef: z.string().nullable(),
  tier: consentTierSchema.exclude(["none"]),
  consentEventId: z.uuid(),
  contentHash: z.string(),
  metadata: recordMetadataSchema,
  action: z
    .object({
      actions: chunkSchema,
      state: z.array(z.number()).nullable(),
      safetyScore: z.number(),
      safetyChecks: z.array(safetyCheckSchema),
    })
    .nullable(),
  instruction: z.string().nullable(),
  textState: partStateSchema,
  imageState: partStateSchema,
});
export type StorableRecord = z.infer<typeof storableRecordSchema>;

declare const sealedBrand: unique symbol;
declare const pendingBrand: unique symbol;

/** May be stored. Only functions/guard/seal makes one; no store takes anything else. */
export type Sealed<Value> = Value & { readonly [sealedBrand]: true };

/** Raw material that still has to be anonymized: ciphertext under the subject's data key, for the outbox alone. */
export type Pending = {
  readonly ciphertext: Uint8Array<ArrayBuffer>;
  readonly nonce: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
} & { readonly [pendingBrand]: true };

/** One camera's anonymized image: what object stores and embedders may take. */
export type SealedImage = Sealed<{
  readonly camera: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}>;

/** What the seal step hands to the outbox; the images of all cameras wait as one. */
export interface OutboxEntry {
  readonly record: Sealed<StorableRecord>;
  readonly image: Pending | null;
}
