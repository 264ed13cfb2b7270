import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";

const keysSchema = z.object({
  platform_key: z.string().optional(),
  smoke_key: z.string().optional(),
});
type Keys = z.infer<typeof keysSchema>;

/** Keys of a cell in a file for its owner alone: they are shown once, so whatever is not kept is lost. */
export interface Keyring {
  readonly path: string;
  read(): Keys;
  add(keys: Keys): void;
}

/** Opens a keyring; one that is not there is an empty one. */
export function openKeyring(path: string): Keyring {
  const read = (): Keys => {
    try {
      return keysSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    } catch {
      return {};
    }
  };
  return {
    path,
    read,
    add(keys) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${process.pid}.new`;
      writeFileSync(draft, `${JSON.stringify({ ...read(), ...keys }, null, 2)}\n`, {
        mode: 0o600,
        flag: "wx",
      });
      renameSync(draft, path);
    },
  };
}
