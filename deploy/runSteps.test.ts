import { expect, test } from "vitest";
import { done } from "../functions/contracts/outcome.ts";
import { stopped } from "./obstacle.ts";
import { runSteps } from "./runSteps.ts";
import { nothingToDo, type Step, toDo } from "./step.ts";

/** Steps over a little world: what a step has applied is there at its next check. */
function world(failing: { readonly [step: string]: "check" | "apply" | "verify" } = {}) {
  const there = new Set<string>();
  const calls: string[] = [];
  const part = (name: string): Step => ({
    name,
    purpose: `${name} is there`,
    check: async () => {
      calls.push(`check ${name}`);
      if (failing[name] === "check") return stopped("cannot look", "open the door");
      return done(there.has(name) ? nothingToDo("is there") : toDo("is missing"));
    },
    apply: async () => {
      calls.push(`apply ${name}`);
      if (failing[name] === "apply") return stopped("cannot build", "bring a brick");
      there.add(name);
      return done("made");
    },
    verify: async () => {
      calls.push(`verify ${name}`);
      return failing[name] === "verify" ? stopped("it leans", "straighten it") : done("stands");
    },
  });
  const said: string[] = [];
  const run = () => runSteps("a house", ["floor", "wall", "roof"].map(part), (line) => said.push(line));
  return { run, calls, said };
}

test("a plan names every step before the first is taken, and each is looked at, done and verified in order", async () => {
  const { run, calls, said } = world();
  expect(await run()).toEqual(done({ changed: ["floor", "wall", "roof"] }));
  expect(said.slice(0, 4)).toEqual([
    "Plan for a house",
    "  1. floor: floor is there",
    "  2. wall: wall is there",
    "  3. roof: roof is there",
  ]);
  expect(calls).toEqual(
    ["floor", "wall", "roof"].flatMap((name) => [`check ${name}`, `apply ${name}`, `verify ${name}`]),
  );
});

test("a second run looks and changes nothing", async () => {
  const { run, calls, said } = world();
  await run();
  calls.length = 0;
  expect(await run()).toEqual(done({ changed: [] }));
  expect(calls).toEqual(["check floor", "check wall", "check roof"]);
  expect(said.at(-1)).toBe("Nothing had to be changed.");
});

test.each([
  ["check", "cannot look", "open the door"],
  ["apply", "cannot build", "bring a brick"],
  ["verify", "it leans", "straighten it"],
] as const)(
  "a step whose %s fails ends the run, and says why, what to do and what was done",
  async (phase, why, todo) => {
    const { run, calls, said } = world({ wall: phase });
    expect(await run()).toEqual({ ok: false, failure: { why: `wall: ${why}`, todo } });
    expect(calls.some((call) => call.endsWith("roof"))).toBe(false);
    expect(said.slice(-3)).toEqual([
      `✗ wall: ${why}`,
      `  What to do: ${todo}`,
      "  Done before: floor. Run it again afterwards.",
    ]);
  },
);
