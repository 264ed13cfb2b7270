import type { KeyState } from "./keyState.ts";

/** What a request holds while Redis is asked for the rest. */
export interface Reservation {
  readonly ticket: number;
  /** Whether a unit of the lease at hand was set aside, and of which month. */
  readonly hasUnit: boolean;
  readonly month: string;
  /** Whether a slot of the lease at hand was free. */
  readonly hasSlot: boolean;
}

/** Sets aside what the lease at hand still has. */
export function reserve(state: KeyState, nowMs: number): Reservation {
  state.expire(nowMs);
  const hasUnit = state.units > 0;
  if (hasUnit) state.units -= 1;
  const ticket = state.tickets.take(nowMs);
  const hasSlot = state.occupied <= state.slots;
  if (!hasSlot) state.waiting.take(nowMs);
  return { ticket, hasUnit, month: state.unitsMonth, hasSlot };
}

/** Gives back the units of the lease at hand, with the next report. */
export function giveBackUnits(state: KeyState): void {
  if (state.units > 0) state.usage.owe(-state.units, state.unitsMonth);
  state.units = 0;
}

/** Ends the wait of a request for its slot: it is admitted, or will not be. */
export function endWait(state: KeyState, { hasSlot, ticket }: Reservation): void {
  if (!hasSlot) state.waiting.release(ticket);
}

/** Undoes a reservation whose request was not admitted. */
export function cancelReservation(state: KeyState, reservation: Reservation): void {
  endWait(state, reservation);
  state.tickets.release(reservation.ticket);
  if (!reservation.hasUnit) return;
  if (reservation.month === state.unitsMonth) state.units += 1;
  else state.usage.owe(-1, reservation.month);
}
