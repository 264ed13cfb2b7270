import { z } from "zod";

/** A line of text that can be stored and shown: no control characters, which Postgres or a log would refuse. */
export const printableSchema = (maxCharacters: number) =>
  z
    .string()
    .min(1)
    .max(maxCharacters)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, "must hold no control characters");
