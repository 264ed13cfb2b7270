import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckFailure } from "../../collapse/contracts/failure.ts";
import type { Outcome } from "../../collapse/contracts/outcome.ts";
import type { Environment } from "../command.ts";
import { FETCH_LIMITS, type FetchLimits, fetchObject } from "./fetchObject.ts";
import { isObject } from "./objectAddress.ts";

/** The parts of an engine's request that name files. */
interface NamesFiles {
  readonly candidate?: string[] | undefined;
  readonly candidates?: string[] | undefined;
  readonly reference?: string[] | undefined;
}
const LISTS = ["candidate", "candidates", "reference"] as const;

/**
 * An engine that also takes objects (`s3://bucket/key`, addresses of R2): they are brought to a folder of this run, and
 * are gone when it ends. The engine itself knows no network.
 */
export const withObjects =
  <Request extends NamesFiles, Listen, Value>(
    engine: (request: Request, listen: Listen) => Promise<Outcome<Value, CheckFailure>>,
    environment: Environment = process.env,
    limits: FetchLimits = FETCH_LIMITS,
  ) =>
  async (request: Request, listen: Listen): Promise<Outcome<Value, CheckFailure>> => {
    const names = [...new Set(LISTS.flatMap((list) => (request[list] ?? []).filter(isObject)))];
    if (names.length === 0) return engine(request, listen);
    const folder = mkdtempSync(join(tmpdir(), "headgate-objects-"));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    process.once("exit", remove);
    try {
      const paths = new Map<string, string>();
      for (const [index, name] of names.entries()) {
        const path = join(folder, `${index}-${fileName(name)}`);
        const fetched = await fetchObject(name, path, environment, limits);
        if (!fetched.ok) return fetched;
        paths.set(name, path);
      }
      const brought = Object.fromEntries(
        LISTS.flatMap((list) => {
          const its = request[list];
          return its === undefined ? [] : [[list, its.map((name) => paths.get(name) ?? name)] as const];
        }),
      );
      const called = Object.fromEntries([...paths].map(([name, path]) => [path, name]));
      return await engine({ ...request, ...brought, called }, listen);
    } finally {
      remove();
      process.off("exit", remove);
    }
  };

/** The last part of a key, of signs that any disk takes; its extension stays, for it tells formats apart. */
const fileName = (name: string): string =>
  (name.split("?")[0]?.split("/").at(-1) ?? "").replace(/[^\w.-]/g, "_").slice(-80);
