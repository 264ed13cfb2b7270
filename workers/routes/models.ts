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
    withGrant(call, "models:read", async () => result(listModels(call.services.policies.policies))),
};
