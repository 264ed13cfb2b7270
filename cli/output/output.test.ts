import { expect, test } from "vitest";
import type { CommandFailure } from "../failure.ts";
import { describeFailure } from "./describeFailure.ts";
import { renderObject, renderTable } from "./table.ts";

test("a table has a column per member, as wide as its longest value, and no space at a line's end", () => {
  const rows = [
    { id: "a", scopes: ["x"], expires_at: null },
    { id: "longer", scopes: ["x", "y", "z", "w", "v"], expires_at: "2027" },
  ];
  expect(renderTable(["id", "scopes", "expires_at"], rows).split("\n")).toEqual([
    "ID      SCOPES      EXPIRES AT",
    "a       x           -",
    "longer  x, y, z +2  2027",
  ]);
  expect(renderTable(["id"], [])).toBe("");
});

test("an object is one line per member, nested ones by their path", () => {
  const lines = renderObject({ id: "a", defaults: { model: null }, cidrs: [], limits: {} }).split("\n");
  expect(lines).toEqual([
    "id              a",
    "defaults.model  -",
    "cidrs           -",
    "limits          {}",
  ]);
});

test("a name that was stored cannot move the terminal's cursor", () => {
  expect(renderTable(["name"], [{ name: "a\u001b[2Jb\r\n" }])).toBe("NAME\na\ufffd[2Jb\ufffd\ufffd");
});

const refused: CommandFailure = {
  kind: "refused",
  problem: {
    status: 400,
    title: "Wrong",
    detail: "Two fields are wrong",
    errors: [{ pointer: "/name", detail: "too short" }],
    fix: "Correct them.",
    body: null,
  },
};

test("a problem is told with its title, detail, pointers and fix", () => {
  expect(describeFailure(refused, false).split("\n")).toEqual([
    "Wrong (400)",
    "Two fields are wrong",
    "  /name  too short",
    "Fix: Correct them.",
  ]);
});

test("wrong data is told with what to do about it, and its names cannot move the cursor", () => {
  const failure: CommandFailure = {
    kind: "data",
    sentence: "a\u001b[2J.csv has no rows.",
    fix: "Give rows.",
  };
  expect(describeFailure(failure, false)).toBe("error: a\ufffd[2J.csv has no rows.\nfix: Give rows.");
});

test("colors are there only where they are wanted", () => {
  const control = "\u001b[";
  expect(describeFailure(refused, true)).toContain(control);
  expect(describeFailure(refused, false)).not.toContain(control);
});
