// The collapse engine: is this dataset safe to train on?

export { check } from "./check.ts";
export { type Compared, type CompareRequest, compare } from "./compare.ts";
export type { CheckFailure } from "./contracts/failure.ts";
export type { CheckOptions, CheckRequest, SchemaFile } from "./contracts/options.ts";
export type { Outcome } from "./contracts/outcome.ts";
export type { Report } from "./contracts/report.ts";
export { inferSchema } from "./inferSchema.ts";
export { type MadeProfile, type ProfileRequest, profile } from "./profile/makeProfile.ts";
export { applyActions as fix, type Fixed, type FixRequest } from "./recommend/applyActions.ts";
