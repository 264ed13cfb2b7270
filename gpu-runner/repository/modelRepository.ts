import { join } from "node:path";
import type { Scheduler } from "../compute/scheduler.ts";
import type { LoadedVersion, Workforce } from "../compute/workforce.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import { keyOf } from "./keyOf.ts";
import { listModels, type RepositoryModel, readModel } from "./openRepository.ts";
import { sourcesOf } from "./sourcesOf.ts";

/** A version of a model as `POST /v2/repository/index` lists it. */
export interface ModelState {
  readonly name: string;
  readonly version: string;
  readonly state: "READY" | "LOADING" | "UNAVAILABLE" | "UNLOADING";
  /** Why it is not served, or why a newer file of it is not; else empty. */
  readonly reason: string;
}

/** What the routes may ask of the models. */
export interface Repository {
  /** Every version of every model that is known, in order. */
  index(): readonly ModelState[];
  /** A version that is served, for its metadata; null where it is not. */
  find(name: string, version: string): LoadedVersion | null;
  /** Loads a model, or loads it anew: what was served before is served until the new one is warm. */
  load(name: string): Promise<Outcome<void>>;
  /** Serves a model no more; what was accepted is answered. */
  unload(name: string): Promise<Outcome<void>>;
}

interface Engine {
  readonly scheduler: Scheduler;
  readonly workforce: Workforce;
  readonly loaded: readonly LoadedVersion[];
}

/** A model that is served, or was. */
interface Entry {
  readonly model: RepositoryModel;
  readonly loaded: ReadonlyMap<string, LoadedVersion>;
}

/**
 * After a version is no longer found, requests that had found it may still be on their way: their bodies are being
 * read. They have this long to arrive.
 */
const GRACE_MS = 2000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The models that are served, and how that changes while requests go on. One change at a time. */
export class ModelRepository implements Repository {
  /** What requests find; the versions in it are warm. */
  readonly models = new Map<string, RepositoryModel>();
  readonly #folders: readonly string[];
  readonly #graceMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #states = new Map<string, ModelState>();
  readonly #retiring = new Set<Promise<void>>();
  #engine: Engine | null = null;
  #changes: Promise<unknown> = Promise.resolve();
  readonly #stopping = new AbortController();

  constructor(folders: readonly string[], models: readonly RepositoryModel[], graceMs = GRACE_MS) {
    this.#folders = folders;
    this.#graceMs = graceMs;
    for (const model of models) {
      this.models.set(model.contract.name, model);
      for (const { version } of model.versions) this.#say(model.contract.name, version, "LOADING");
    }
  }

  /** The engine has loaded all models. */
  start(engine: Engine): void {
    this.#engine = engine;
    for (const model of this.models.values()) {
      const { name } = model.contract;
      const loaded = engine.loaded.filter(({ contract }) => contract === model.contract);
      this.#entries.set(name, { model, loaded: new Map(loaded.map((one) => [one.version, one])) });
      for (const { version } of loaded) this.#say(name, version, "READY");
    }
  }

  index(): readonly ModelState[] {
    return [...this.#states.values()].toSorted((a, b) =>
      a.name === b.name ? Number(a.version) - Number(b.version) : a.name < b.name ? -1 : 1,
    );
  }

  find(name: string, version: string): LoadedVersion | null {
    return this.#entries.get(name)?.loaded.get(version) ?? null;
  }

  load(name: string): Promise<Outcome<void>> {
    return this.#change(name, (engine) => this.#load(name, engine));
  }

  unload(name: string): Promise<Outcome<void>> {
    return this.#change(name, async (engine) => {
      const entry = this.#entries.get(name);
      if (entry === undefined) return refuse(404, `Model '${name}' is not loaded.`, "model");
      this.models.delete(name);
      this.#entries.delete(name);
      for (const loaded of entry.loaded.values()) this.#retire(loaded, engine, "unloaded");
      return done(undefined);
    });
  }

  /** Ends what still waits for its grace. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#changes;
    await Promise.all(this.#retiring);
  }

  async #change(name: string, work: (engine: Engine) => Promise<Outcome<void>>): Promise<Outcome<void>> {
    if (!NAME.test(name)) return refuse(400, "That is no name of a model.");
    const engine = this.#engine;
    if (engine === null) return refuse(503, "The models are still loading.");
    const before = this.#changes;
    const change = before.then(() => work(engine));
    // The next one waits, however this one ends.
    this.#changes = change.catch(() => undefined);
    return change;
  }

  async #load(name: string, engine: Engine): Promise<Outcome<void>> {
    const read = await this.#read(name);
    if (!read.ok) return read;
    const model = read.value;
    const before = this.#entries.get(name);
    const kept = before === undefined ? new Map() : unchanged(before, model);
    const missing = sourcesOf(model).filter(({ version }) => !kept.has(version));
    for (const { version } of missing)
      if (before?.loaded.has(version) !== true) this.#say(name, version, "LOADING");
    const loaded = await engine.workforce.load(missing);
    if (!loaded.ok) {
      for (const { version } of missing)
        this.#say(name, version, before?.loaded.has(version) ? "READY" : "UNAVAILABLE", loaded.failure);
      return refuse(400, loaded.failure, "model");
    }
    this.#replace(
      model,
      new Map([...kept, ...loaded.value.map((one) => [one.version, one] as const)]),
      engine,
    );
    return done(undefined);
  }

  /** From here on requests find the new versions; those that are not among them go when nobody asks for them. */
  #replace(model: RepositoryModel, loaded: ReadonlyMap<string, LoadedVersion>, engine: Engine): void {
    const { name } = model.contract;
    const before = this.#entries.get(name)?.loaded ?? new Map<string, LoadedVersion>();
    const open = new Set(before.values());
    for (const one of loaded.values()) if (!open.has(one)) engine.scheduler.open(one);
    this.#entries.set(name, { model, loaded });
    this.models.set(name, model);
    for (const version of loaded.keys()) this.#say(name, version, "READY");
    const stays = new Set(loaded.values());
    for (const one of open)
      if (!stays.has(one)) this.#retire(one, engine, loaded.has(one.version) ? null : "removed");
  }

  #retire(loaded: LoadedVersion, { scheduler, workforce }: Engine, why: "unloaded" | "removed" | null): void {
    const { contract, version } = loaded;
    if (why !== null) this.#say(contract.name, version, "UNLOADING");
    const retire = async (): Promise<void> => {
      await wait(this.#graceMs, this.#stopping.signal);
      await scheduler.close(loaded);
      await workforce.unload(loaded);
      const isBack = this.find(contract.name, version) !== null;
      if (why === "unloaded" && !isBack) this.#say(contract.name, version, "UNAVAILABLE", why);
      if (why === "removed" && !isBack) this.#states.delete(keyOf(contract.name, version));
    };
    const retiring = retire().finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  async #read(name: string): Promise<Outcome<RepositoryModel>> {
    for (const folder of this.#folders) {
      if ((await listModels(folder))?.includes(name) !== true) continue;
      const model = await readModel(folder, name);
      return model.ok ? model : refuse(400, model.failure.replaceAll(join(folder, "/"), ""), "model");
    }
    return refuse(404, `There is no model '${name}' in the repository.`, "model");
  }

  #say(name: string, version: string, state: ModelState["state"], reason = ""): void {
    this.#states.set(keyOf(name, version), { name, version, state, reason });
  }
}

/** Versions of which no file, and no file beside them, has changed since they were loaded. */
const unchanged = (before: Entry, model: RepositoryModel): Map<string, LoadedVersion> => {
  const isSame = before.model.stamp === model.stamp;
  const stamps = new Map(before.model.versions.map(({ stamp, version }) => [version, stamp]));
  const same = model.versions.flatMap(({ stamp, version }) => {
    const loaded = before.loaded.get(version);
    return isSame && loaded !== undefined && stamps.get(version) === stamp
      ? [[version, loaded] as const]
      : [];
  });
  return new Map(same);
};

const wait = (delayMs: number, stopped: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stopped.aborted) return resolve();
    const timer = setTimeout(resolve, delayMs);
    stopped.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
