// The import directions of the house. `npm run check:imports` holds them; tests/house/importDirections.test.ts
// plants forbidden imports to show that each rule bites.

/** What each room may use beside itself. A room that is not named here may be used by nobody but tests. */
const MAY_USE = {
  "functions/contracts": [],
  "functions/observe": ["functions/contracts", "drizzle"],
  "functions/guard": ["functions/contracts", "functions/observe", "drizzle"],
  "functions/embed": ["functions/contracts", "functions/observe", "drizzle"],
  "functions/serve": [
    "functions/contracts",
    "functions/observe",
    "functions/guard",
    "functions/embed",
    "drizzle",
  ],
  "functions/keep": [
    "functions/contracts",
    "functions/observe",
    "functions/guard",
    "functions/embed",
    "drizzle",
  ],
  // Of what was kept, training only reads: the schemas, and operations that say so in their names.
  "functions/train": [
    "functions/contracts",
    "functions/observe",
    "functions/guard/consent",
    "functions/keep/[^/]+/(?:schema|(?:read|list|find|get|search)[A-Z][^/]*)\\.ts$",
    "drizzle",
  ],
  "functions/rights": [
    "functions/contracts",
    "functions/observe",
    "functions/guard",
    "functions/keep",
    "functions/train",
    "drizzle",
  ],
  drizzle: ["functions/contracts"],
  workers: ["functions", "drizzle"],
  jobs: ["functions", "drizzle", "collapse"],
  collapse: [],
  "gpu-runner": ["collapse"],
  cli: ["functions", "collapse"],
  // It brings the cell up, and its rehearsal stands the embedded parts in the places of the providers.
  deploy: ["functions", "drizzle", "local"],
  local: ["functions", "drizzle"],
  docs: ["functions/contracts"],
  examples: [],
};

/**
 * Tests (`*.test.ts`, and what only they use: `testWorld.ts`) and benchmarks may look into every room;
 * nothing that ships may look at them.
 */
const TESTS = "(^|/)(tests|bench)/|\\.test\\.ts$|(^|/)test[A-Z][^/]*\\.ts$";
const ROOMS =
  "^(workers|functions|drizzle|collapse|gpu-runner|jobs|cli|deploy|local|docs|examples|bench|tests)/";

const startsWith = (room) => (room.endsWith("$") ? `^${room}` : `^${room}/`);

const directions = Object.entries(MAY_USE).map(([room, others]) => ({
  name: `${room}-directions`,
  comment: `${room} may use ${others.length > 0 ? others.join(", ") : "nobody"}.`,
  severity: "error",
  from: { path: startsWith(room), pathNot: TESTS },
  to: { path: ROOMS, pathNot: [room, ...others].map(startsWith) },
}));

/** A package by name, whether it is installed or not. */
const packages = (...names) => names.map((name) => `(^|node_modules/)${name}(/|$)`);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...directions,
    {
      name: "no-cycles",
      comment: "Modules that run each other are one module, or there is a third one to find.",
      severity: "error",
      from: {},
      // A type that points back closes no cycle at run time: an environment names its Durable Objects.
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "functions-platform-free",
      comment: "functions/ runs in workerd and in Node: no HTTP framework, no platform, no driver.",
      severity: "error",
      from: { path: "^functions/", pathNot: TESTS },
      to: {
        path: [
          "^(cloudflare|bun|deno):",
          ...packages("@?hono", "wrangler", "miniflare", "workerd", "@cloudflare", "vitest", "ws", "ioredis"),
          ...packages("pg", "@upstash", "@neondatabase", "sharp", "onnxruntime-node", "onnxruntime-web"),
        ],
      },
    },
    {
      name: "functions-no-core",
      comment: "Node's own modules do not exist in every runtime of functions/.",
      severity: "error",
      from: { path: "^functions/", pathNot: TESTS },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "cli-without-platform",
      comment: "Whoever installs the CLI installs neither wrangler nor workerd.",
      severity: "error",
      from: { path: "^cli/", pathNot: TESTS },
      to: { path: packages("wrangler", "miniflare", "workerd", "@cloudflare") },
    },
    {
      name: "not-into-tests",
      comment: "What ships does not lean on tests.",
      severity: "error",
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: "resolvable",
      comment: "An import that leads nowhere.",
      severity: "error",
      from: { pathNot: "node_modules" },
      to: { couldNotResolve: true, pathNot: "^cloudflare:" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(\\.build|\\.headgate|\\.wrangler|\\.tmp)/" },
    tsConfig: { fileName: "tsconfig.json" },
    // A type is a dependency too: who imports it knows about the other room.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mts", ".js", ".mjs", ".cjs", ".json"],
    },
  },
};
