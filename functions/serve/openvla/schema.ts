import { z } from "zod";
import { socketQuerySchema } from "../openpi/connection.ts";
import { jsonNumpySchema } from "./jsonNumpy.ts";

const INSTRUCTION_MAX = 8192;
const STATE_MAX_NUMBERS = 256;

/** What OpenVLA's client and that of OpenVLA-OFT send alike; what else they send is not for us. */
const asked = {
  instruction: z.string().max(INSTRUCTION_MAX),
  unnorm_key: z.string().max(128).nullish().meta({
    description: "Name of the statistics that un-normalize the action; must be the policy's `norm_key`.",
  }),
};

/** OpenVLA: one picture, one action. */
export const openVlaRequestSchema = z
  .looseObject({ image: jsonNumpySchema, ...asked })
  .meta({ id: "OpenVlaRequest" });

/** OpenVLA-OFT: a whole observation, a chunk of actions. Further cameras have `wrist` in their names. */
export const openVlaOftRequestSchema = z
  .looseObject({
    full_image: jsonNumpySchema,
    ...asked,
    state: z.union([jsonNumpySchema, z.array(z.number()).max(STATE_MAX_NUMBERS)]).nullish(),
  })
  .meta({ id: "OpenVlaOftRequest" });

/** Either, as JSON in a text: for clients whose JSON knows no arrays. */
export const openVlaEncodedSchema = z
  .strictObject({ encoded: z.string() })
  .meta({ id: "OpenVlaEncodedRequest" });

/** Body of `POST /act`. */
export const openVlaBodySchema = z.union([
  openVlaRequestSchema,
  openVlaOftRequestSchema,
  openVlaEncodedSchema,
]);

/** Answer of `POST /act`: an action, a chunk of them, or either as JSON in a text. */
export const openVlaAnswerSchema = z.union([jsonNumpySchema, z.array(jsonNumpySchema), z.string()]);
export type OpenVlaAnswer = z.infer<typeof openVlaAnswerSchema>;

/** What the address may say: these protocols have no place for it in their bodies. */
export const openVlaQuerySchema = socketQuerySchema.omit({ session: true });
export type OpenVlaQuery = z.infer<typeof openVlaQuerySchema>;
