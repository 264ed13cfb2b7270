import { describe, expect, it } from "vitest";
import { openApiDocument } from "./http/openapi.ts";
import { ENDPOINTS } from "./routes.ts";

describe("the OpenAPI document", () => {
  it("equals docs/openapi.json (npm run docs writes it anew)", async () => {
    await expect(`${JSON.stringify(openApiDocument(ENDPOINTS), null, 2)}\n`).toMatchFileSnapshot(
      "../docs/openapi.json",
    );
  });

  it("lists every route once, with its method and the scope it needs", () => {
    const document = JSON.parse(JSON.stringify(openApiDocument(ENDPOINTS)));
    for (const { method, path, scope } of ENDPOINTS) {
      expect(document.paths[path][method.toLowerCase()].security ?? []).toEqual(
        scope === null ? [] : [{ key: [scope] }],
      );
    }
    expect(new Set(ENDPOINTS.map(({ method, path }) => `${method} ${path}`)).size).toBe(ENDPOINTS.length);
  });
});
