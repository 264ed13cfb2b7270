import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SCOPES, type Scope } from "../../functions/contracts/scopes.ts";
import { type Mutation, ofKind } from "./mutation.ts";

const LEASES = "functions/guard/leases";
const DOCUMENT = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));

interface Operation {
  readonly security?: { readonly key: [string] }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Routes by the scope that they ask for, but for sockets: these verify a key and admit each frame. */
function routesByScope(): Map<string, string> {
  const text = readFileSync(DOCUMENT, "utf8");
  const { paths }: { paths: Record<string, Record<string, Operation>> } = JSON.parse(text);
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { security, responses }]): [string, string][] =>
        security?.[0] === undefined || "101" in responses
          ? []
          : [[security[0].key[0], `${method.toUpperCase()} ${path}`]],
      ),
    ),
  );
}

/** A key that lacks the scope gets in all the same. */
const unasked = (scope: Scope): Omit<Mutation, "kind"> => ({
  id: `scope ${scope} of a key`,
  of: scope,
  file: `${LEASES}/refuse.ts`,
  find: "if (!verdict.scopes.has(request.scope)) return",
  replace: `if (request.scope !== "${scope}" && !verdict.scopes.has(request.scope)) return`,
  test: {
    file: `${LEASES}/scopes.test.ts`,
    name: `${scope} is refused that, and nothing else`,
    written: "%s is refused that, and nothing else",
  },
});

/** Routes ask for another scope than the one that they name. */
const misnamed = ([scope, route]: readonly [string, string]): Omit<Mutation, "kind"> => ({
  id: `scope ${scope} of its routes`,
  of: scope,
  file: "workers/http/endpoint.ts",
  find: "      scope,\n      subject,",
  replace: `      scope: scope === "${scope}" ? "${scope === "act:invoke" ? "models:read" : "act:invoke"}" : scope,\n      subject,`,
  test: {
    file: "workers/routes.test.ts",
    name: `${route} is admitted by ${scope}`,
    written: "%s is admitted by %s",
  },
});

/** Scopes that an operation asks for beside its route's. */
const BESIDE: readonly Omit<Mutation, "kind">[] = [
  {
    id: "scope act:invoke of a socket",
    of: "act:invoke",
    file: "workers/routes/sockets.ts",
    find: '{ presentedKey: key, scope: "act:invoke", address }',
    replace: '{ presentedKey: key, scope: "models:read", address }',
    test: {
      file: "workers/routes.test.ts",
      name: "GET /v1/act/ws is admitted by act:invoke",
      written: "%s is admitted by %s",
    },
  },
  {
    id: "scope feedback:triage beside feedback:write",
    of: "feedback:triage",
    file: "functions/keep/feedback/changeFeedback.ts",
    find: '!actor.scopes.includes("feedback:triage")',
    replace: "actor.scopes.length === 0",
    test: {
      file: "functions/keep/feedback/feedback.test.ts",
      name: "goes only where it may, by those who may, and each step is in the audit log",
    },
  },
  {
    id: "scopes that a key hands on to another",
    of: "keys:write",
    file: "functions/guard/identity/refuseKey.ts",
    find: "!actor.scopes.includes(scope)",
    replace: "scope.length === 0",
    test: {
      file: "functions/guard/identity/keysAndConsent.test.ts",
      name: "cannot be given a scope that its maker lacks",
    },
  },
];

/** Every scope: of the key that must have it, and of the routes that must ask for it. */
export const SCOPE_MUTATIONS = ofKind("scope")([
  ...SCOPES.map(unasked),
  ...[...routesByScope()].map(misnamed),
  ...BESIDE,
]);
