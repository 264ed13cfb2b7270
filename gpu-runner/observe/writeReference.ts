import { writeFile } from "node:fs/promises";
import { renderReference } from "./renderReference.ts";

/** `npm run build:reference -w gpu-runner`: writes docs/runner-metrics.md. */
await writeFile(new URL("../../docs/runner-metrics.md", import.meta.url), renderReference());
