import { expect, it } from "vitest";
import { withPart } from "./writePart.ts";

it("replaces its own part, keeps those of other benchmarks, and adds itself where it was missing", () => {
  const gate = "# The gate\n\n## Rates\n\n| a # b |\n";
  const both = withPart(gate, "# The runner\n\nfirst\n");
  expect(both).toBe("# The gate\n\n## Rates\n\n| a # b |\n\n# The runner\n\nfirst\n");
  expect(withPart(both, "# The runner\n\nsecond")).toBe(both.replace("first", "second"));
  expect(withPart(both, "# The gate\n\nanew\n")).toBe("# The gate\n\nanew\n\n# The runner\n\nfirst\n");
  expect(withPart("", gate)).toBe(gate);
});
