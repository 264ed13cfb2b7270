import { z } from "zod";
import { type Scope, scopeSchema } from "../../functions/contracts/scopes.ts";
import { ask } from "./client.ts";

/** As much of JSON Schema as the document's schemas use. */
export interface JsonSchema {
  readonly $ref?: string | undefined;
  readonly type?: string | readonly string[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | JsonSchema | undefined;
  readonly items?: JsonSchema | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
  readonly allOf?: readonly JsonSchema[] | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly maxItems?: number | undefined;
}

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchema]).optional(),
    items: jsonSchema.optional(),
    anyOf: z.array(jsonSchema).optional(),
    oneOf: z.array(jsonSchema).optional(),
    allOf: z.array(jsonSchema).optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    pattern: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    maxItems: z.number().optional(),
  }),
);

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  schema: jsonSchema,
});

const operationSchema = z.object({
  parameters: z.array(parameterSchema).default([]),
  security: z.array(z.object({ key: z.tuple([scopeSchema]) })).default([]),
  requestBody: z
    .object({ content: z.object({ "application/json": z.object({ schema: jsonSchema }) }) })
    .optional(),
});

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.enum(["get", "post", "put", "patch", "delete"]), operationSchema.optional()),
  ),
  components: z.object({ schemas: z.record(z.string(), jsonSchema) }),
});

/** One route, as the OpenAPI document tells of it. */
export interface Operation {
  /** `METHOD path`, the path as a template. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** The one scope a key needs; null where anybody may ask. */
  readonly scope: Scope | null;
  readonly parameters: z.infer<typeof operationSchema>["parameters"];
  /** The body's schema, its references resolved by `dereference`; null where there is none. */
  readonly body: JsonSchema | null;
}

export interface ApiDocument {
  readonly operations: readonly Operation[];
  /** A schema in the place of a reference to it. */
  dereference(schema: JsonSchema): JsonSchema;
}

/** Reads the document that a running edge serves; tests/gate.test.ts shows that docs/ holds the same. */
export async function readApi(url: string): Promise<ApiDocument> {
  const { paths, components } = documentSchema.parse((await ask(`${url}/openapi.json`)).body);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([lower, operation]): Operation[] => {
      if (operation === undefined) return [];
      const method = lower.toUpperCase();
      return [
        {
          name: `${method} ${path}`,
          method,
          path,
          scope: operation.security[0]?.key[0] ?? null,
          parameters: operation.parameters,
          body: operation.requestBody?.content["application/json"].schema ?? null,
        },
      ];
    }),
  );
  const dereference = (schema: JsonSchema): JsonSchema => {
    const name = schema.$ref?.split("/").at(-1);
    return name === undefined ? schema : dereference(components.schemas[name] ?? {});
  };
  return { operations, dereference };
}
