import { expect, test } from "vitest";
import { createKeyDigester, matchesDigest } from "./digestKey.ts";

const older = { version: 1, secret: "A".repeat(43) };
const newer = { version: 2, secret: `B${"A".repeat(42)}` };

test("a key stored under an older pepper still opens, under a removed one no more", async () => {
  const stored = await createKeyDigester([older]).newest("key");
  expect(matchesDigest(await createKeyDigester([newer, older]).all("key"), stored)).toBe(true);
  expect(matchesDigest(await createKeyDigester([newer, older]).all("other"), stored)).toBe(false);
  expect(matchesDigest(await createKeyDigester([newer]).all("key"), stored)).toBe(false);
  expect((await createKeyDigester([newer, older]).newest("key")).pepperVersion).toBe(2);
});

test("the digest is HMAC-SHA-256 (RFC 2104) under the pepper's 32 bytes", async () => {
  const { createHmac } = await import("node:crypto");
  const expected = createHmac("sha256", Buffer.alloc(32)).update("key").digest("hex");
  expect((await createKeyDigester([older]).newest("key")).digest).toBe(expected);
});
