import { expect, test } from "vitest";
import { configurationSchema, SECRET_SETTINGS } from "../../contracts/configuration.ts";
import type { Random } from "../../contracts/ports.ts";
import { fingerprint } from "./fingerprint.ts";
import { makeableSecrets, makeSecret, prependPepper } from "./makeSecret.ts";

const random: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) };

test.each(makeableSecrets(SECRET_SETTINGS))(
  "a made %s is one that the Worker takes, and no other twice",
  (name) => {
    const secret = makeSecret(name, random);
    expect(configurationSchema.shape[name].safeParse(secret).error).toBeUndefined();
    expect(makeSecret(name, random)).not.toBe(secret);
  },
);

test("a secret holds 256 bits, every one of them from the generator", () => {
  const set: Random = { bytes: (length) => new Uint8Array(length).fill(0xff) };
  expect(Buffer.from(makeSecret("SUBJECT_SECRET", set), "base64url")).toEqual(Buffer.alloc(32, 0xff));
});

test("a new pepper goes before the others and one version above the highest", () => {
  const old = `2:${"a".repeat(43)},7:${"b".repeat(43)}`;
  const peppers = prependPepper(old, random);
  expect(peppers.endsWith(`,${old}`)).toBe(true);
  expect(configurationSchema.shape.KEY_PEPPERS.parse(peppers).map(({ version }) => version)).toEqual([
    8, 2, 7,
  ]);
});

test("a fingerprint is the first 48 bits of the SHA-256", async () => {
  expect(await fingerprint("abc")).toBe("ba7816bf8f01");
});
