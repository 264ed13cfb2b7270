import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { PROVIDERS } from "./compute/messages.ts";
import type { Outcome } from "./protocol/outcome.ts";

const whole = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);

/** Each worker keeps a core busy; one core is left to the protocol thread. */
const defaultWorkers = (): number => Math.min(2, Math.max(1, availableParallelism() - 1));

const settingsSchema = z.object({
  PORT: whole(0, 65_535, 8000),
  HOST: z.string().min(1).default("127.0.0.1"),
  /** A second, plain port on 127.0.0.1, for health checks and scrapers on this machine. */
  LOOPBACK_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** PEM files of mutual TLS; without them HOST must be loopback. */
  TLS_CERTIFICATE: z.string().min(1).optional(),
  TLS_KEY: z.string().min(1).optional(),
  TLS_CLIENT_AUTHORITY: z.string().min(1).optional(),
  TLS_RELOAD_MS: whole(100, 86_400_000, 10_000),
  MODEL_REPOSITORY: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL("models", import.meta.url))),
  EXECUTION_PROVIDER: z.enum(["auto", ...PROVIDERS]).default("auto"),
  DEVICES: z
    .string()
    .regex(/^\d{1,2}(,\d{1,2})*$/, "must be numbers between commas")
    .default("0")
    .transform((text) => [...new Set(text.split(",").map(Number))]),
  WORKERS: whole(1, 64, defaultWorkers()),
  QUEUE_LIMIT: whole(1, 100_000, 64),
  MAX_BODY_BYTES: whole(1024, 1_073_741_824, 8_388_608),
  MAX_IMAGE_PIXELS: whole(1, 268_435_456, 16_777_216),
  DRAIN_TIMEOUT_MS: whole(0, 600_000, 10_000),
  /** How often the cards are looked at; 0 is never. */
  GPU_WATCH_MS: whole(0, 3_600_000, 5000),
  /** Temperatures at which a card is warm and critical, unless its own slowdown lies lower. */
  GPU_WARN_C: whole(30, 150, 85),
  GPU_CRITICAL_C: whole(30, 150, 90),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Reads the runner's settings; empty variables count as unset. Fails with one sentence that names the wrong one. */
export const readSettings = (
  environment: Readonly<Record<string, string | undefined>>,
): Outcome<Settings, string> => {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== "");
  const parsed = settingsSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  return {
    ok: false,
    failure: `The setting ${name} is wrong (${JSON.stringify(environment[name])}): ${issue?.message}.`,
  };
};
