import { readFileSync } from "node:fs";
import fc from "fast-check";
import { File, ready } from "h5wasm/node";
import { beforeAll, describe, expect, it } from "vitest";
import { openTable } from "../openTable.ts";
import { failureIn, openForTest, testFolder } from "../testFiles.ts";

beforeAll(async () => {
  await ready;
});

/** Writes an HDF5 file; answers its path. */
function written(fill: (file: File) => void): string {
  const path = testFolder().path("a.h5");
  const file = new File(path, "w");
  fill(file);
  file.close();
  return path;
}

function fillTable(file: File): void {
  file.create_dataset({ name: "real", data: new Float64Array([1.5, Number.NaN, 3]) });
  file.create_dataset({ name: "whole", data: new BigInt64Array([2n ** 53n + 1n, 2n, -3n]) });
  file.create_dataset({ name: "small", data: new Float32Array([1, 2, 3]) });
  file.create_dataset({ name: "text", data: ["a", "", "ünlaut"] });
  file.create_dataset({ name: "pose", data: new Float64Array([1, 2, 3, 4, 5, 6]), shape: [3, 2] });
  file.create_dataset({ name: "image", data: new Uint8Array(12), shape: [3, 2, 2] });
  file.create_dataset({ name: "once", data: new Float64Array([1]) });
}

describe("the datasets of a group are the columns of a table", () => {
  it("whatever they hold, and images are named and not read", async () => {
    const table = await openForTest(written(fillTable));
    const rows = await table.source.database.rows(`FROM ${table.source.relation}`);
    expect(rows.map(({ whole, text }) => [whole, text])).toEqual([
      [9_007_199_254_740_993n, "a"],
      [2n, ""],
      [-3n, "ünlaut"],
    ]);
    expect(rows.map((row) => [row.real, row.small, row["pose[0]"], row["pose[1]"]])).toEqual([
      [1.5, 1, 1, 2],
      [Number.NaN, 2, 3, 4],
      [3, 3, 5, 6],
    ]);
    expect(table.presets.get("image")?.because).toBe("not read: lists of 2 × 2 values");
    expect(table.notes).toEqual([
      "Read was the group `/`.",
      "Left out, for they have other numbers of rows: `once`.",
    ]);
  });

  it("of numbered groups the episodes of one table", async () => {
    const file = written((h5) => {
      const data = h5.create_group("data");
      for (const episode of [0, 1, 10, 2]) {
        const group = data.create_group(`demo_${episode}`);
        group.create_dataset({ name: "reward", data: new Float64Array([episode, episode + 0.5]) });
        group
          .create_group("obs")
          .create_dataset({ name: "grip", data: new Float64Array([episode, -episode]) });
      }
    });
    const table = await openForTest(file);
    const rows = await table.source.database.rows(`FROM ${table.source.relation}`);
    expect(rows.map((row) => [row.episode_index, row.reward, row["obs/grip"]])).toEqual(
      [0, 1, 2, 10].flatMap((number, at) => [
        [BigInt(at), number, number],
        [BigInt(at), number + 0.5, at === 0 ? -0 : -number],
      ]),
    );
  });

  it("that is named behind the file, where there are several", async () => {
    const file = written((h5) => {
      for (const name of ["train", "test"])
        h5.create_group(name).create_dataset({
          name: "x",
          data: new Float64Array(name === "train" ? [1, 2] : [3, 4]),
        });
    });
    const failure = failureIn(await openTable([file]));
    expect([failure.detail, failure.fix].join(" ")).toMatch(/several groups: \/t.*Name the group/);
    const table = await openForTest(`${file}#test`);
    expect(await table.source.database.rows(`FROM ${table.source.relation}`)).toEqual([{ x: 3 }, { x: 4 }]);
  });
});

it("cut or with a byte of it changed, it is read or refused, and never ends the process", async () => {
  const bytes = readFileSync(written(fillTable));
  const folder = testFolder();
  const damage = fc.oneof(
    fc.integer({ min: 8, max: bytes.length - 1 }).map((length) => bytes.subarray(0, length)),
    fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ by;
      return changed;
    }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (content) => {
      const table = await openTable([folder.write("b.h5", content)]);
      if (table.ok) table.value.close();
      else expect(["file_unreadable", "no_rows", "too_few_rows"]).toContain(table.failure.code);
    }),
    { numRuns: 20 },
  );
});
