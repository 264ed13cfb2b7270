import { z } from "zod";
import { StartError } from "./startError.ts";

const portSchema = z.coerce.number().int().min(1).max(65_535);
const DEFAULT_PORT = 8787;

/** What `npm start` reads from its environment, beside the settings of the Worker itself. */
const settingsSchema = z.object({
  HEADGATE_PORT: portSchema.default(DEFAULT_PORT),
  HEADGATE_HOST: z.string().default("127.0.0.1"),
  HEADGATE_DATA_DIR: z.string().default(".headgate"),
  HEADGATE_PG_PORT: portSchema.optional(),
  HEADGATE_REDIS_PORT: portSchema.optional(),
  HEADGATE_RUNNER_PORT: portSchema.optional(),
  DATABASE_URL: z.string().startsWith("postgres").optional(),
  DATABASE_OWNER_URL: z.string().startsWith("postgres").optional(),
  UPSTASH_REDIS_REST_URL: z.url().optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),
  RUNNER_URLS: z.string().optional(),
});

export type StackSettings = z.infer<typeof settingsSchema>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings of the stack; an empty value counts as none. Wrong ones are named in one sentence. */
export function readStackSettings(environment: Environment): StackSettings {
  const given = Object.entries(environment).filter(([, value]) => value !== "");
  const parsed = settingsSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const sentences = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new StartError(`The settings are wrong. ${sentences.join("; ")}.`);
}
