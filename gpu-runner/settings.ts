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
  MODEL_REPOSITORY: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL("models", import.meta.url))),
  EXECUTION_PROVIDER: z.enum(["auto", ...PROVIDERS]).default("auto"),
  WORKERS: whole(1, 64, defaultWorkers()),
  QUEUE_LIMIT: whole(1, 100_000, 64),
  MAX_BODY_BYTES: whole(1024, 1_073_741_824, 8_388_608),
  MAX_IMAGE_PIXELS: whole(1, 268_435_456, 16_777_216),
  DRAIN_TIMEOUT_MS: whole(0, 600_000, 10_000),
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
