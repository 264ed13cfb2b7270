import { z } from "zod";
import type { Row } from "../output/table.ts";

/** An answer that is shown as it comes. */
export const rowSchema = z.record(z.string(), z.unknown());

/** An answer with the text of a new key, which nobody can read again. */
export const newKeySchema = z.looseObject({ id: z.string(), key: z.string() });

/** An answer's members without the secret. */
export const withoutKey = ({ key: _, ...rest }: Row): Row => rest;

export const SHOWN_ONCE = "The key is shown this once; nobody can read it again.";
