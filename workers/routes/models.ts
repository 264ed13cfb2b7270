import { listModels } from "../../functions/serve/listModels.ts";
import { modelListSchema } from "../../functions/serve/schema.ts";
import { type Endpoint, result, withGrant } from "../http/endpoint.ts";

/** `GET /v1/models`: the catalog. */
export const modelsEndpoint: Endpoint = {
  method: "GET",
  path: "/v1/models",
  scope: "models:read",
  summary: "List the models that this gate serves",
  contract: {
    responses: {
      200: { description: "The catalog.", content: { "application/json": { schema: modelListSchema } } },
    },
  },
  handle: (call) =>
    withGrant(call, "models:read", async () => {
      const { policies, configuration } = call.services;
      const used = [configuration.EMBED_TEXT_MODEL, configuration.EMBED_IMAGE_MODEL];
      return result(listModels(policies.policies, used));
    }),
};
