import { badOption } from "./badOption.ts";
import type { CheckFailure } from "./contracts/failure.ts";
import { type CheckRequest, checkOptionsSchema, type SchemaFile } from "./contracts/options.ts";
import { done, failed, type Outcome } from "./contracts/outcome.ts";
import { openReference } from "./openSides.ts";
import { failureOf } from "./read/readError.ts";
import { schemaOf } from "./read/schemaOf.ts";
import type { Table } from "./read/table.ts";

/**
 * How a check of this request would read the columns, as a schema file; without a reference the candidate's. Given to
 * the check again it changes nothing.
 *
 * @returns the schema; or why there is none: an option, a file or a column.
 */
export async function inferSchema(request: CheckRequest): Promise<Outcome<SchemaFile, CheckFailure>> {
  const parsed = checkOptionsSchema.safeParse(request);
  if (!parsed.success) return failed(badOption(parsed.error));
  const { reference, candidate, schema } = parsed.data;
  const opened: Table[] = [];
  try {
    const known = await openReference(
      { ...parsed.data, reference: reference.length === 0 ? candidate : reference },
      opened,
    );
    return known.ok ? done(schemaOf(known.value.plan, schema)) : known;
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return failed(failure);
  } finally {
    for (const table of opened) table.close();
  }
}
