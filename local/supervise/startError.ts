/** Why the local cell does not start: one sentence for the person at the terminal. */
export class StartError extends Error {}
