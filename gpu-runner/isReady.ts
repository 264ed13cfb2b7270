import type { Serving } from "./serving.ts";

/** Whether inference is answered: the models have run once, the end is not near, and no card is so hot that all is refused. */
export const isReady = ({ draining, engine, shedding }: Serving): boolean =>
  engine !== null && !draining && shedding !== "all";
