import { expect, test } from "vitest";
import type { Environment } from "../services.ts";
import { outboxNamespace } from "./outboxNamespace.ts";

/** A namespace that only tells which one it is: workerd itself knows no jurisdictions. */
const namespace = (of: string): Environment["OUTBOX"] =>
  Object.assign(Object.create(null), { of, jurisdiction: (name: string) => namespace(name) });

test.each([
  ["none", "anywhere"],
  ["eu", "eu"],
  ["us", "us"],
] as const)("outboxes of the jurisdiction %s are those of the namespace %s", (JURISDICTION, of) => {
  expect(outboxNamespace({ OUTBOX: namespace("anywhere") }, { JURISDICTION })).toMatchObject({ of });
});
