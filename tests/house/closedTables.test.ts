import { expect, it } from "vitest";
import { configurationSchema } from "../../functions/contracts/configuration.ts";
import { METRICS } from "../../functions/contracts/metrics.ts";
import { PROBLEMS } from "../../functions/contracts/problems.ts";
import { isTest, readSources } from "./sourceFiles.ts";

/** What the edge runs: a name that occurs in none of it is dead. */
const edge = readSources()
  .filter(
    ({ path }) => /^(workers|functions|drizzle)\//.test(path) && !path.startsWith("functions/contracts/"),
  )
  .filter(({ path }) => !isTest(path))
  .map(({ text }) => text)
  .join("\n");

const isNamed = (name: string): boolean => new RegExp(`["'\`]${name}["'\`]`).test(edge);

it("has no setting that nobody reads", () => {
  const isRead = (name: string) => new RegExp(`\\b${name}\\b`).test(edge);
  expect(Object.keys(configurationSchema.shape).filter((name) => !isRead(name))).toEqual([]);
});

it("has no metric that nobody moves", () => {
  expect(Object.keys(METRICS).filter((name) => !isNamed(name))).toEqual([]);
});

it("has no problem code that nobody answers", () => {
  const gates = /`gate_\$\{/.test(edge);
  const isAnswered = (code: string) => isNamed(code) || (gates && code.startsWith("gate_"));
  expect(Object.keys(PROBLEMS).filter((code) => !isAnswered(code))).toEqual([]);
});
