import { z } from "zod";

/** Never only dots: a part of a path that climbs would address another model than the one that was judged. */
const partSchema = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/, {
  error: "must be up to 128 letters, digits, dots, dashes and underscores, and start with no dot",
});

export const modelPathSchema = z.object({ model: partSchema });
export const versionPathSchema = modelPathSchema.extend({ version: partSchema });

const tensorSchema = z.looseObject({
  name: z.string(),
  shape: z.array(z.number().int()),
  datatype: z.string(),
});

/** As the protocol has it; the runner judges it, this gate only passes it on. */
export const inferRequestSchema = z
  .looseObject({ id: z.string().optional(), inputs: z.array(tensorSchema) })
  .meta({ id: "InferRequest" });

export const inferAnswerSchema = z
  .looseObject({
    model_name: z.string(),
    model_version: z.string().optional(),
    outputs: z.array(tensorSchema),
  })
  .meta({ id: "InferAnswer" });
