import { expect, test } from "vitest";
import { normalCdf, normalQuantile } from "./normal.ts";

test("quantiles are those that Wichura printed with the algorithm", () => {
  expect(normalQuantile(0.25)).toBeCloseTo(-0.6744897501960817, 15);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167814, 14);
  expect(normalQuantile(1e-20)).toBeCloseTo(-9.262340089798409, 13);
});

test("shares are those of printed tables", () => {
  expect(normalCdf(0)).toBeCloseTo(0.5, 15);
  expect(normalCdf(1.96)).toBeCloseTo(0.9750021048517795, 14);
  expect(normalCdf(-3)).toBeCloseTo(0.0013498980316300946, 15);
  expect(normalCdf(-10) / 7.61985302416053e-24).toBeCloseTo(1, 10);
});

test("a quantile's share is the share it was asked for, in both tails", () => {
  for (let exponent = -12; exponent < -0.31; exponent += 0.013) {
    const p = 10 ** exponent;
    expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 10);
    expect(normalQuantile(p)).toBeCloseTo(-normalQuantile(1 - p), exponent > -4 ? 9 : 3);
  }
});

test("the ends are infinite, and what is no share is not a number", () => {
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
  expect(normalQuantile(-0.1)).toBeNaN();
  expect(normalQuantile(Number.NaN)).toBeNaN();
  expect(normalCdf(Infinity)).toBe(1);
  expect(normalCdf(-Infinity)).toBe(0);
  expect(normalCdf(Number.NaN)).toBeNaN();
});
