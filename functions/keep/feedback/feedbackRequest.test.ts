import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointersOf } from "../../../workers/http/readJson.ts";
import { FEEDBACK_TYPES } from "../../contracts/feedback.ts";
import { type FeedbackRequest, feedbackRequestSchema } from "../../contracts/feedbackRequest.ts";

const EXAMPLES: readonly FeedbackRequest[] = [
  { type: "rating", inference_id: "inf_1", rating: 5, comment: "c" },
  { type: "correction", inference_id: "inf_1", actions: [[0]], state: [0] },
  { type: "correction", inference_id: "inf_1", text: "t" },
  { type: "thumbs", inference_id: "inf_1", thumbs: "down" },
  { type: "edit", inference_id: "inf_1", before: "a", after: { b: [null, 1] } },
  { type: "failure", episode_id: "ep", category: "stuck", at_step: 3 },
  { type: "safety_report", inference_id: "inf_1", severity: "high", category: "near_miss" },
  { type: "episode_outcome", episode_id: "ep", success: true, steps: 9, duration_s: 1.5, reward: -1 },
  { type: "intervention", inference_id: "inf_1", at_step: 0, actions: [[0, 1]], reason: "r" },
];

/** What a body can be: JSON with the words of the union, a good one spoiled, or anything that parses. */
const body = fc.oneof(
  fc.jsonValue(),
  fc.tuple(fc.constantFrom(...EXAMPLES), fc.jsonValue(), fc.nat()).map(([example, value, index]): unknown => {
    const names = [...Object.keys(example), "occurred_at", "at_step", "comment", "surprise"];
    return { ...example, [names[index % names.length] ?? "type"]: value };
  }),
  fc
    .dictionary(
      fc.constantFrom("inference_id", "episode_id", "actions", "rating", "before", "after"),
      fc.jsonValue(),
    )
    .chain((members) => fc.constantFrom(...FEEDBACK_TYPES).map((type): unknown => ({ ...members, type }))),
);

describe("the union of feedback", () => {
  it("takes each type with the fields of its own, and no other field", () => {
    for (const example of EXAMPLES) {
      expect(feedbackRequestSchema.safeParse(example)).toMatchObject({ success: true, data: example });
      for (const name of ["surprise", example.type === "thumbs" ? "rating" : "thumbs"]) {
        const more = feedbackRequestSchema.safeParse({ ...example, [name]: 1 });
        expect(more.success ? [] : pointersOf(more.error)).toMatchObject([{ pointer: `/${name}` }]);
      }
    }
    expect(new Set(EXAMPLES.map(({ type }) => type)).size).toBe(FEEDBACK_TYPES.length);
  });

  it("never throws, and points at what it refuses, whatever comes", () => {
    const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    const refuses = (value: unknown) => {
      const parsed = feedbackRequestSchema.safeParse(value);
      if (parsed.success) return false;
      const pointers = pointersOf(parsed.error);
      expect(pointers.length).toBeGreaterThan(0);
      for (const { pointer, detail } of pointers) {
        expect(pointer).toMatch(/^(\/([^~]|~[01])*)?$/);
        expect(detail.length).toBeGreaterThan(0);
      }
      return true;
    };
    fc.assert(
      fc.property(body, (value) => void refuses(value)),
      { numRuns: 500 },
    );
    const edit = { type: "edit", inference_id: "inf_1", before: 1 };
    expect(refuses({ ...edit, after: nested(30) })).toBe(false);
    expect(refuses({ ...edit, after: nested(100_000) })).toBe(true);
    expect(refuses({ type: "edit", inference_id: "inf_1", before: nested(9000), after: nested(9000) })).toBe(
      true,
    );
    expect(refuses({ ...edit, after: 1 })).toBe(true);
  });
});
