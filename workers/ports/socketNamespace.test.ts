import { expect, test } from "vitest";
import type { Environment } from "../services.ts";
import { socketNamespace } from "./socketNamespace.ts";

/** A namespace that only tells which one it is: workerd itself knows no jurisdictions. */
const namespace = (of: string): Environment["SOCKET"] =>
  Object.assign(Object.create(null), { of, jurisdiction: (name: string) => namespace(name) });

test.each([
  ["none", "anywhere"],
  ["eu", "eu"],
] as const)("sessions of the jurisdiction %s are those of the namespace %s", (JURISDICTION, of) => {
  expect(socketNamespace({ SOCKET: namespace("anywhere") }, { JURISDICTION })).toMatchObject({ of });
});
