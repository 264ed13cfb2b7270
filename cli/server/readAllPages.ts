import { z } from "zod";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Tools } from "../command.ts";
import type { CommandFailure } from "../failure.ts";
import type { Row } from "../output/table.ts";
import type { Call } from "./callServer.ts";

const pageSchema = z.looseObject({
  data: z.array(z.record(z.string(), z.unknown())),
  next_cursor: z.string().nullable().default(null),
});

/** Reads a list to its end, or to `limit` rows. */
export async function readAllPages(
  { ask }: Tools,
  call: Call,
  limit = Number.POSITIVE_INFINITY,
): Promise<Outcome<Row[], CommandFailure>> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const page: Outcome<z.infer<typeof pageSchema>, CommandFailure> = await ask(
      { ...call, query: { ...call.query, cursor } },
      pageSchema,
    );
    if (!page.ok) return page;
    rows.push(...page.value.data);
    cursor = page.value.next_cursor;
  } while (cursor !== null && rows.length < limit);
  return done(rows.slice(0, limit));
}
