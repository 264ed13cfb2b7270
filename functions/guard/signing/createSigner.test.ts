import { compactVerify, createLocalJWKSet } from "jose";
import { describe, expect, test } from "vitest";
import { createSigner } from "./createSigner.ts";

// RFC 8032, 7.1, test 1: the seed and the public key that belongs to it.
const hexToBase64Url = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
const SEED = hexToBase64Url("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
const PUBLIC = hexToBase64Url("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const OTHER = "B".repeat(42) + "A";

describe("a signer", () => {
  test("shows the public key that RFC 8032 says belongs to the seed, and no private part of it", async () => {
    const [key, ...others] = await createSigner([SEED]).publicKeys();
    expect(others).toEqual([]);
    expect(Object.keys(key ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect(key?.x).toBe(PUBLIC);
  });

  test("signs so that whoever has the public keys can verify, and the same content gives the same text", async () => {
    const signer = createSigner([SEED]);
    const jws = await signer.sign("headgate-consent-receipt", { a: 1, text: "süß" });
    expect(await signer.sign("headgate-consent-receipt", { a: 1, text: "süß" })).toBe(jws);
    const set = createLocalJWKSet({ keys: [...(await signer.publicKeys())] });
    const { payload } = await compactVerify(jws, set);
    expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({ a: 1, text: "süß" });
    expect(await signer.verify("headgate-consent-receipt", jws)).toEqual({ a: 1, text: "süß" });
  });

  test("takes nothing that was changed, signed by another key, or signed as another kind of statement", async () => {
    const signer = createSigner([SEED]);
    const jws = await signer.sign("headgate-audit-anchor", { seq: 7 });
    const [head, , signature] = jws.split(".");
    const forged = `${head}.${Buffer.from('{"seq":8}').toString("base64url")}.${signature}`;
    const unsigned = `${Buffer.from('{"alg":"none","typ":"headgate-audit-anchor"}').toString("base64url")}.e30.`;
    const foreign = await createSigner([OTHER]).sign("headgate-audit-anchor", { seq: 7 });
    for (const text of [forged, unsigned, foreign, "", "no.jws", jws.slice(0, -1)])
      expect(await signer.verify("headgate-audit-anchor", text), text).toBeNull();
    expect(await signer.verify("headgate-consent-receipt", jws)).toBeNull();
  });

  test("still verifies under an older seed, and signs under the newest", async () => {
    const old = await createSigner([OTHER]).sign("headgate-audit-anchor", { seq: 1 });
    const rotated = createSigner([SEED, OTHER]);
    expect(await rotated.verify("headgate-audit-anchor", old)).toEqual({ seq: 1 });
    const fresh = await rotated.sign("headgate-audit-anchor", { seq: 2 });
    expect(await createSigner([SEED]).verify("headgate-audit-anchor", fresh)).toEqual({ seq: 2 });
  });
});
