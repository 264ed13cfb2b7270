import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { ModelContract } from "../repository/modelContract.ts";
import { signatureOf } from "../repository/signatureOf.ts";
import { PRIORITIES, type Priority } from "./job.ts";
import { type Deployment, Line } from "./line.ts";

const REPLACED = refuse(503, "The model has just been replaced; send the request again.", "model");
const UNLOADED = refuse(404, "The model has been unloaded.", "model");

/** The lines of all deployments: those that take jobs, and those that are closed but not yet idle. */
export class Lines implements Iterable<Line> {
  readonly #all = new Set<Line>();
  /** Those that take jobs, by key, the newest last. */
  readonly #open = new Map<string, Line[]>();
  readonly #closing = new Map<Line, () => void>();

  [Symbol.iterator](): Iterator<Line> {
    return this.#all.values();
  }

  open(deployment: Deployment, lanes: number): void {
    const line = new Line(deployment, lanes);
    this.#all.add(line);
    this.#open.set(deployment.key, [...(this.#open.get(deployment.key) ?? []), line]);
  }

  /** Takes no more jobs for this deployment; resolves when none waits or runs. */
  close({ id, key }: Deployment): Promise<void> {
    const line = [...this.#all].find((one) => one.deployment.id === id);
    if (line === undefined) return Promise.resolve();
    const left = (this.#open.get(key) ?? []).filter((one) => one !== line);
    if (left.length > 0) this.#open.set(key, left);
    else this.#open.delete(key);
    return new Promise((resolve) => {
      this.#closing.set(line, resolve);
      this.forgetIdle(line);
    });
  }

  /** Forgets a line that is closed and idle. */
  forgetIdle(line: Line): void {
    const resolve = this.#closing.get(line);
    if (resolve === undefined || !line.isIdle) return;
    this.#closing.delete(line);
    this.#all.delete(line);
    resolve();
  }

  /** The newest line of that key whose signature is the one by which a request was read. 404 or 503 where there is none. */
  find(key: string, contract: ModelContract): Outcome<Line> {
    const lines = this.#open.get(key);
    if (lines === undefined) return UNLOADED;
    const line = lines.findLast(
      ({ deployment }) =>
        deployment.contract === contract || signatureOf(deployment.contract) === signatureOf(contract),
    );
    return line === undefined ? REPLACED : done(line);
  }

  /** Jobs that wait, of one priority. */
  countWaiting(priority: Priority): number {
    let count = 0;
    for (const line of this.#all) count += line.waiting(priority).length;
    return count;
  }

  /** Jobs that wait for any deployment of a key. */
  countWaitingFor(key: string): number {
    let count = 0;
    for (const line of this.#all)
      if (line.deployment.key === key)
        for (const priority of PRIORITIES) count += line.waiting(priority).length;
    return count;
  }
}
