import fc from "fast-check";
import { expect, test } from "vitest";
import { createAddressCheck, parseAddress, parseCidr } from "./addressRules.ts";

const octets = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });

test("a range holds exactly the addresses that share its prefix", () => {
  fc.assert(
    fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (network, address, prefix) => {
      const bits = (parts: number[]) =>
        parts
          .map((part) => part.toString(2).padStart(8, "0"))
          .join("")
          .slice(0, prefix);
      const allowed = createAddressCheck([`${network.join(".")}/${prefix}`])(address.join("."));
      expect(allowed).toBe(bits(network) === bits(address));
    }),
  );
});

test.each([
  ["2001:db8::/32", "2001:db8:ffff::1", true],
  ["2001:db8::/32", "2001:db9::1", false],
  ["::1", "0:0:0:0:0:0:0:1", true],
  ["10.0.0.0/8", "::ffff:10.1.2.3", true],
  ["::/0", "10.0.0.1", true],
  ["0.0.0.0/0", "2001:db8::1", false],
])("%s and %s: %s", (cidr, address, expected) => {
  expect(createAddressCheck([cidr])(address)).toBe(expected);
});

test.each([
  "",
  "1.2.3",
  "256.1.1.1",
  "01.2.3.4",
  "1::2::3",
  "12345::",
  ":::",
  "1:2:3:4:5:6:7:8:9",
  "1.2.3.4::",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeNull();
  expect(createAddressCheck(["0.0.0.0/0", "::/0"])(text)).toBe(false);
});

test("a rule that cannot be read, and an address that is not known, allow nothing", () => {
  expect(parseCidr("10.0.0.0/33")).toBeNull();
  expect(createAddressCheck(["10.0.0.0/33"])("10.0.0.1")).toBe(false);
  expect(createAddressCheck(["10.0.0.0/8"])(null)).toBe(false);
  expect(createAddressCheck([])(null)).toBe(true);
});
