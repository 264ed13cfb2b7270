import { z } from "zod";
import { PROBLEMS } from "../../functions/contracts/problems.ts";
import { type Endpoint, result } from "../http/endpoint.ts";
import { openApiDocument } from "../http/openapi.ts";

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}`;

/** The routes and the problems as a page a person reads; every problem's `type` leads to its line here. */
export function docsPage(endpoints: readonly Endpoint[]): string {
  const routes = endpoints.map(
    ({ method, path, scope, summary }) =>
      `<tr><td><code>${method} ${escapeHtml(path)}</code></td><td>${escapeHtml(summary)}</td><td>${scope === null ? "–" : `<code>${scope}</code>`}</td></tr>`,
  );
  const problems = Object.entries(PROBLEMS).map(
    ([code, { status, title, fix }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(title)}. ${escapeHtml(fix)}</td></tr>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Headgate API</title><style>${STYLE}</style><h1>Headgate API</h1>
<p>Machine-readable: <a href="/openapi.json">openapi.json</a>.</p>
<h2>Routes</h2><table><tr><th>Route<th>What it does<th>Scope</tr>${routes.join("")}</table>
<h2>Problems</h2><table><tr><th>Code<th>Status<th>Meaning and fix</tr>${problems.join("")}</table></html>`;
}

/** `GET /openapi.json` and `GET /docs`, both made from the table of routes. */
export function docsEndpoints(endpoints: () => readonly Endpoint[]): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/openapi.json",
      scope: null,
      summary: "The OpenAPI document",
      contract: {
        responses: {
          200: {
            description: "OpenAPI 3.1.",
            content: { "application/json": { schema: z.looseObject({}) } },
          },
        },
      },
      handle: async () => result(openApiDocument(endpoints())),
    },
    {
      method: "GET",
      path: "/docs",
      scope: null,
      summary: "Routes and problems for a person to read",
      contract: {
        responses: { 200: { description: "HTML.", content: { "text/html": { schema: z.string() } } } },
      },
      handle: async () => ({
        kind: "text",
        status: 200,
        text: docsPage(endpoints()),
        headers: { "content-type": "text/html; charset=utf-8" },
      }),
    },
  ];
}
