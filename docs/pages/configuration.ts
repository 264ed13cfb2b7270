import { z } from "zod";
import { configurationSchema, SECRET_SETTINGS } from "../../functions/contracts/configuration.ts";
import { page, table } from "./table.ts";

/** What a setting's schema says about itself, as far as an operator needs it. */
const settingSchema = z.object({
  description: z.string(),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  format: z.string().optional(),
});
const tableSchema = z.object({
  properties: z.record(z.string(), settingSchema),
  required: z.array(z.string()).default([]),
});

interface Setting {
  readonly name: string;
  readonly meaning: string;
  readonly accepts: string;
  /** What holds when the setting is absent; null where it must be given. */
  readonly fallback: string | null;
}

function readSettings(): Setting[] {
  const { properties, required } = tableSchema.parse(z.toJSONSchema(configurationSchema, { io: "input" }));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    meaning: schema.description,
    accepts: acceptsOf(schema),
    fallback: required.includes(name) ? null : String(schema.default ?? "unset"),
  }));
}

function acceptsOf({ type, enum: values, minimum, maximum, format }: z.infer<typeof settingSchema>): string {
  if (values) return values.join(", ");
  if (format === "uri") return "URL";
  const kind = type === "integer" ? "whole number" : type === "string" ? "text" : (type ?? "text");
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? "" : ` up to ${maximum}`;
  return minimum === undefined || type === "string" ? kind : `${kind} from ${minimum}${most}`;
}

/** docs/configuration.md: every setting with its default. */
export function renderConfigurationPage(): string {
  const settings = readSettings();
  const rows = settings.map(({ name, meaning, accepts, fallback }) => [
    `\`${name}\``,
    accepts,
    fallback === null ? "**required**" : fallback === "unset" ? "unset" : `\`${fallback}\``,
    meaning,
  ]);
  return page(
    "Configuration",
    "functions/contracts/configuration.ts",
    "The edge reads these settings from its environment once per isolate: `wrangler.toml` `[vars]` for plain ones, `wrangler secret put` for secrets. A missing or wrong setting is fatal, and the message names every one of them. `npm start` fills all of them for the cell `local`.",
    `Secrets: ${SECRET_SETTINGS.map((name) => `\`${name}\``).join(", ")}. They are never printed or logged.`,
    table(["setting", "accepts", "default", "meaning"], rows),
  );
}

/** .env.example: required settings to fill in, the rest commented out with their defaults. */
export function renderEnvironmentExample(): string {
  const settings = readSettings();
  const lines = settings.map(({ name, meaning, fallback }) => {
    const value = fallback === "unset" || fallback === null ? "" : fallback;
    return `# ${meaning}\n${fallback === null ? "" : "# "}${name}=${value}\n`;
  });
  return [
    "# Generated from functions/contracts/configuration.ts by `npm run docs`.",
    "# Settings without `#` are required. `npm start` needs none of them: it makes its own.\n",
    ...lines,
  ].join("\n");
}
