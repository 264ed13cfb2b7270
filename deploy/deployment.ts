import type { SecretSetting } from "../functions/contracts/configuration.ts";
import type { Cell } from "./cell.ts";
import type { Inputs } from "./inputs.ts";
import type { Keyring } from "./keyring.ts";
import type { Provider } from "./provider/provider.ts";
import type { WorkerConfig } from "./workerConfig.ts";

/** What every step of one deployment works with. */
export interface Deployment {
  readonly cell: Cell;
  readonly config: WorkerConfig;
  readonly inputs: Inputs;
  readonly provider: Provider;
  /** Where the cell answers. */
  readonly url: string;
  /** Keys of the cell that this machine holds. */
  readonly keyring: Keyring;
  /** Secrets that this run has made: their values are known until it ends, and nowhere afterwards. */
  readonly made: Map<SecretSetting, string>;
  /** Secrets that are sent although the Worker has them. */
  readonly replace: readonly SecretSetting[];
  /** What serves is the working tree itself, in the place of a commit. */
  readonly allowDirty: boolean;
  readonly isRehearsal: boolean;
  /** Whether a new platform key is made where this machine holds none. */
  readonly newPlatformKey: boolean;
}

/** A secret's value, where it was given or made by this run. */
export const knownSecret = ({ inputs, made }: Deployment, name: SecretSetting): string | undefined =>
  inputs[name] ?? made.get(name);
