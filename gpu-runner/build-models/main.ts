import { mkdir, writeFile } from "node:fs/promises";
import { BUILT_MODELS } from "./models.ts";
import { pinGraph } from "./pinGraph.ts";

/** `npm run build:models -w gpu-runner`: writes the built-in models into the repository's model folder. */
const repository = new URL("../models/", import.meta.url);
for (const { contract, build } of BUILT_MODELS) {
  const folder = new URL(`${contract.name}/`, repository);
  await mkdir(new URL("1/", folder), { recursive: true });
  const bytes = build().toBytes();
  await writeFile(new URL("model.json", folder), `${JSON.stringify(pinGraph(contract, bytes), null, 2)}\n`);
  await writeFile(new URL("1/model.onnx", folder), bytes);
  console.log(`${contract.name}: ${bytes.length} bytes`);
}
