import { readdirSync, readlinkSync } from "node:fs";
import { Float64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { check } from "./check.ts";
import { seededRandom } from "./numerics/random.ts";
import { testFolder } from "./read/testFiles.ts";

// Whatever the end of a check is: no file of its inputs stays open, and nothing that it wrote stays behind.

let temporary = "";
let inputs: ReturnType<typeof testFolder>;
beforeEach(() => {
  inputs = testFolder();
  temporary = testFolder().path(".");
  vi.stubEnv("TMPDIR", temporary);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Two tables of Arrow, which are converted to files of a folder before they are read. */
function request(rows = 300) {
  const write = (name: string): string => {
    const random = seededRandom(1, name);
    const numbers = () =>
      vectorFromArray(
        Array.from({ length: rows }, () => random.normal()),
        new Float64(),
      );
    return inputs.write(name, tableToIPC(new Table({ x: numbers(), y: numbers() }), "file"));
  };
  return { candidate: [write("candidate.arrow")], reference: [write("real.arrow")], quick: true };
}

/** What a check wrote; ONNX Runtime leaves files of its own there. */
const ours = (): readonly string[] => readdirSync(temporary).filter((name) => name.startsWith("headgate-"));

/** Files whose paths begin so, and that this process holds open. */
function openFilesIn(start: string): readonly string[] {
  const handles = readdirSync("/proc/self/fd").flatMap((handle) => {
    try {
      return [readlinkSync(`/proc/self/fd/${handle}`)];
    } catch {
      return [];
    }
  });
  return handles.filter((path) => path.startsWith(start.replace(/\/\.$/, "")));
}

function expectNothingLeft(): void {
  expect(ours()).toEqual([]);
  const own = `${temporary.replace(/\/\.$/, "")}/headgate-`;
  expect([own, inputs.path(".")].flatMap(openFilesIn)).toEqual([]);
}

test("after a report", async () => {
  const asked = request();
  let written = 0;
  const outcome = await check(asked, {
    onProgress: () => {
      written = Math.max(written, ours().length);
    },
  });
  expect(outcome.ok).toBe(true);
  expect(written).toBe(2);
  expectNothingLeft();
});

test("after a failure behind the opening", async () => {
  const outcome = await check({ ...request(), target: "z" });
  expect(outcome.ok ? "" : outcome.failure.code).toBe("bad_option");
  expectNothingLeft();
});

test("after an abort in the middle of the rows, which is thrown as its reason", async () => {
  const stop = new AbortController();
  const run = check(request(), {
    signal: stop.signal,
    onProgress: ({ rows }) => {
      if (rows === 0) stop.abort(new Error("enough"));
    },
  });
  await expect(run).rejects.toThrow("enough");
  expectNothingLeft();
});
