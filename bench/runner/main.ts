import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../hosts.ts";
import { describeMachine } from "../report/machine.ts";
import { plainTable } from "../report/tables.ts";
import { writePart } from "../report/writePart.ts";
import { runnerAims } from "./aims.ts";
import { type MediaPoint, measureMedia, mediaLine } from "./measureMedia.ts";
import { measureRunner, type RunnerPoint } from "./measureRunner.ts";
import { benchModels, makeBenchRepository } from "./models.ts";
import { MEDIA, type RunnerBenchOptions, readOptions, USAGE } from "./options.ts";
import { startHelpers, startRunnerProcess } from "./processes.ts";
import { resultsPart } from "./resultsPart.ts";
import { aimTable, pointHead, pointLine } from "./tables.ts";

interface Measured {
  readonly points: readonly RunnerPoint[];
  readonly media: readonly MediaPoint[];
}

const measure = async (options: RunnerBenchOptions): Promise<Measured> => {
  const models = (await benchModels()).filter(({ name }) => options.models.includes(name));
  const repository = await makeBenchRepository(options.models);
  const helpers = startHelpers();
  try {
    const runner = await startRunnerProcess(repository, options.profileFolder);
    try {
      console.log(pointHead());
      const bench = { runner, helpers, repository };
      const points = await measureRunner(bench, models, options, (point) => console.log(pointLine(point)));
      const media = options.models.includes(MEDIA)
        ? await measureMedia(bench, options, (point) => console.log(mediaLine(point)))
        : [];
      return { points, media };
    } finally {
      await runner.stop();
    }
  } finally {
    helpers.close();
    await rm(repository, { recursive: true });
  }
};

/** `node bench/runner/main.ts`: the real runner beside bare loops of `session.run`, in one run. */
const main = async (): Promise<void> => {
  const args = process.argv.slice(2);
  if (args.includes("--help")) return console.log(USAGE);
  const options = readOptions(args);
  const machine = describeMachine(["node bench/runner/main.ts", ...args].join(" "));
  const { media, points } = await measure(options);
  if (points.length > 0) console.log(`\n${plainTable(aimTable(runnerAims(points)))}`);
  if (options.write) {
    writePart(join(ROOT, "bench/RESULTS.md"), resultsPart(machine, points, media));
    console.log("\nwrote bench/RESULTS.md");
  }
  if ([...points, ...media].some(({ load }) => load.failed > 0)) process.exitCode = 1;
};

await main();
