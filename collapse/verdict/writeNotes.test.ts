import { expect, it } from "vitest";
import { checkOptionsSchema } from "../contracts/options.ts";
import { seededRandom } from "../numerics/random.ts";
import { summariesOf } from "../testTables.ts";
import { writeNotes } from "./writeNotes.ts";

/** The notes on a reference of so many columns of numbers. */
async function notesOf(columns: number): Promise<string> {
  const random = seededRandom(1, "wide");
  const table = Object.fromEntries(
    Array.from({ length: columns }, (_, at) => [`c${at}`, Array.from({ length: 60 }, () => random.normal())]),
  );
  const { frame, plan } = await summariesOf({ reference: table, candidate: table });
  const evidence = { rowsASide: 30, drawnBy: "rows" } as const;
  const options = checkOptionsSchema.parse({ candidate: ["a.csv"], reference: ["b.csv"] });
  return writeNotes({ plan, frame, evidence, options }).join("\n");
}

it("a table too wide to be modeled whole is said to be, with the number that no model sees", async () => {
  expect(await notesOf(260)).toContain(
    "4 of 260 variables are counted and compared each for itself, and no model sees them, for 256 numbers",
  );
  expect(await notesOf(20)).not.toContain("wide");
});
