import fc from "fast-check";
import { expect, test } from "vitest";
import { createReplayCipher } from "./replayCipher.ts";
import { systemRandom } from "./testWorld.ts";

test("what one caller sealed under one Idempotency-Key, nothing else opens or names", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string(),
      fc.tuple(fc.string(), fc.string()),
      fc.tuple(fc.string(), fc.string()),
      async (answer, mine, others) => {
        fc.pre(mine[0] !== others[0] || mine[1] !== others[1]);
        const cipher = await createReplayCipher(...mine, systemRandom);
        const again = await createReplayCipher(...mine, systemRandom);
        const other = await createReplayCipher(...others, systemRandom);
        const sealed = await cipher.seal(answer);
        expect(await again.open(sealed)).toBe(answer);
        expect(await other.open(sealed)).toBe(null);
        expect(await cipher.mark("r")).toBe(await again.mark("r"));
        expect(await cipher.mark("r")).not.toBe(await cipher.mark("s"));
        expect([again.name === cipher.name, other.name === cipher.name]).toEqual([true, false]);
      },
    ),
    { numRuns: 30 },
  );
});

test("what was tampered with does not open, and the ciphertext shows nothing of the answer", async () => {
  const cipher = await createReplayCipher("hg_local_live_x", "once", systemRandom);
  const sealed = await cipher.seal('{"key":"hg_local_live_secret"}');
  expect(atob(sealed.split(".")[1] ?? "")).not.toContain("secret");
  for (const broken of ["", ".", "no base64", `${sealed}AAAA`, sealed.slice(4)])
    expect(await cipher.open(broken)).toBe(null);
});
