import { type Finding, finding } from "../../contracts/gates.ts";

/** What the gate `duplicate` says of feedback whose content another one holds. */
export const duplicateFeedback = (earlierId: string): Finding =>
  finding("duplicate.feedback", "", `\`${earlierId}\` says the same.`);
