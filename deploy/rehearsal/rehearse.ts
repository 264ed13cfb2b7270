import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { done, type Outcome } from "../../functions/contracts/outcome.ts";
import type { Cell } from "../cell.ts";
import type { Deployment } from "../deployment.ts";
import { deploySteps } from "../deploySteps.ts";
import { openKeyring } from "../keyring.ts";
import { type Obstacle, stopped } from "../obstacle.ts";
import type { Provider } from "../provider/provider.ts";
import { wranglerProvider } from "../provider/wrangler.ts";
import { runSteps } from "../runSteps.ts";
import { writeWorkerConfig } from "../workerConfig.ts";
import { type StandIns, startStandIns } from "./standIns.ts";
import { REHEARSAL_VARIABLE, readState } from "./state.ts";

const FAKE_WRANGLER = fileURLToPath(new URL("./fakeWrangler.ts", import.meta.url));

/**
 * Plays a deployment on this machine: the real steps, the real bundle and the real migrations, against
 * stand-ins at the doors of the providers; twice, for the second time nothing may be left to do. `folder` keeps
 * what the stand-ins were told; without one it is removed.
 */
export async function rehearse(
  cell: Cell,
  say: (line: string) => void,
  folder: string | null = null,
): Promise<Outcome<undefined, Obstacle>> {
  const place = folder ?? mkdtempSync(join(tmpdir(), "headgate-rehearsal-"));
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const config = writeWorkerConfig(cell);
  const standIns = await startStandIns(place, config.path);
  try {
    const deployment = (): Deployment => ({
      cell,
      config,
      inputs: standIns.inputs,
      provider: rehearsedProvider(place, cell, config.path, standIns),
      url: standIns.url,
      keyring: openKeyring(join(place, "keys.json")),
      made: new Map(),
      replace: [],
      allowDirty: true,
      isRehearsal: true,
      newPlatformKey: false,
    });
    const first = await runSteps(`the cell ${cell.cell}, rehearsed`, deploySteps(deployment()), say);
    if (!first.ok) return first;
    const second = await runSteps(`the cell ${cell.cell}, once more`, deploySteps(deployment()), say);
    if (!second.ok) return second;
    const { changed } = second.value;
    if (changed.length > 0)
      return stopped(`A second run changed ${changed.join(", ")}.`, "A step does not find what it did.");
    return done(undefined);
  } finally {
    await standIns.stop();
    if (folder === null) rmSync(place, { recursive: true, force: true });
  }
}

/** The provider as it is, over a stand-in of wrangler; what it deploys is started here. */
function rehearsedProvider(folder: string, cell: Cell, configPath: string, standIns: StandIns): Provider {
  const provider = wranglerProvider({
    command: [process.execPath, FAKE_WRANGLER],
    configPath,
    cell,
    environment: { ...process.env, [REHEARSAL_VARIABLE]: folder },
  });
  return {
    ...provider,
    async deploy(tag) {
      const deployed = await provider.deploy(tag);
      if (deployed.ok) await standIns.startEdge(configPath, readState(folder).secrets);
      return deployed;
    },
  };
}
