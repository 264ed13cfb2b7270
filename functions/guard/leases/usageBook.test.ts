import fc from "fast-check";
import { expect, test } from "vitest";
import { UsageBook } from "./usageBook.ts";

const DAY_MS = 86_400_000;
const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), day: fc.nat(3), scope: fc.constantFrom("a", "b") }),
  fc.record({
    kind: fc.constant("owe" as const),
    units: fc.integer({ min: -5, max: 5 }),
    month: fc.constantFrom("m1", "m2"),
  }),
  fc.record({ kind: fc.constant("send" as const), heard: fc.boolean() }),
);

test("reports that are numbered and repeated until heard add up to what was booked", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = new UsageBook();
      const booked = new Map<string, number>();
      const arrived = new Map<string, number>();
      const add = (totals: Map<string, number>, name: string, by: number) =>
        totals.set(name, (totals.get(name) ?? 0) + by);
      let last = 0;
      const send = (heard: boolean) => {
        const report = book.report();
        if (report.sequence > last) {
          last = report.sequence;
          for (const [, day, scope, count] of report.text.matchAll(/(\S+) (\S+) (\d+);/g))
            add(arrived, `${day} ${scope}`, Number(count));
          if (report.month !== "") add(arrived, report.month, report.debt);
        }
        if (heard) book.acknowledge(report.sequence);
      };
      for (const each of steps) {
        if (each.kind === "send") send(each.heard);
        else if (each.kind === "add") {
          book.add(each.day * DAY_MS, each.scope);
          add(booked, `1970-01-0${each.day + 1} ${each.scope}`, 1);
        } else {
          book.owe(each.units, each.month);
          add(booked, each.month, each.units);
        }
      }
      for (let i = 0; i < 4; i += 1) send(true);
      const totals = (map: Map<string, number>) => [...map].filter(([, total]) => total !== 0).sort();
      expect(totals(arrived)).toEqual(totals(booked));
    }),
  );
});
