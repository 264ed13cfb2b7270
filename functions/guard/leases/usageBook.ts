/** What one holder tells Redis at once. A report that was not acknowledged is sent again under its number. */
export interface UsageReport {
  readonly sequence: number;
  /** `<yyyy-mm-dd> <scope> <requests>;` for each day and scope. */
  readonly text: string;
  /** Units used without being debited, less units debited and given back. */
  readonly debt: number;
  readonly month: string;
}

const NOTHING: UsageReport = { sequence: 0, text: "", debt: 0, month: "" };
const DAY_MS = 86_400_000;

/** The UTC day of a time, `yyyy-mm-dd`. */
export const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/**
 * Counts what was really used, and hands it out in numbered reports: exactly once is counted what arrives,
 * however often a report had to be sent.
 */
export class UsageBook {
  #day = -1;
  #counts = new Map<string, number>();
  #closedDays = "";
  readonly #debts = new Map<string, number>();
  #sequence = 0;
  #open: UsageReport = NOTHING;

  add(nowMs: number, scope: string): void {
    const day = Math.floor(nowMs / DAY_MS);
    if (day !== this.#day) this.#closeDay(day);
    this.#counts.set(scope, (this.#counts.get(scope) ?? 0) + 1);
  }

  /** Books units against a month's quota: over 0 what outages let through, under 0 what is given back. */
  owe(units: number, month: string): void {
    this.#debts.set(month, (this.#debts.get(month) ?? 0) + units);
  }

  /** The report to send now: the one not yet acknowledged, or a new one of all that was added since. */
  report(): UsageReport {
    if (this.#open.sequence > 0) return this.#open;
    this.#closeDay(this.#day);
    const [[month, debt] = ["", 0]] = this.#debts;
    if (this.#closedDays === "" && month === "") return NOTHING;
    this.#debts.delete(month);
    this.#sequence += 1;
    this.#open = { sequence: this.#sequence, text: this.#closedDays, debt, month };
    this.#closedDays = "";
    return this.#open;
  }

  /** Whether there is anything that Redis has not acknowledged, or was never told. */
  get isOpen(): boolean {
    return (
      this.#open.sequence > 0 || this.#counts.size > 0 || this.#closedDays !== "" || this.#debts.size > 0
    );
  }

  acknowledge(sequence: number): void {
    if (this.#open.sequence === sequence) this.#open = NOTHING;
  }

  #closeDay(next: number): void {
    if (this.#counts.size > 0) {
      const day = dayOf(this.#day * DAY_MS);
      for (const [scope, count] of this.#counts) this.#closedDays += `${day} ${scope} ${count};`;
      this.#counts = new Map();
    }
    this.#day = next;
  }
}
