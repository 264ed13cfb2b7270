/** Why a check cannot be made: exit code 3 at the command line, a 4xx problem at the service. */
export interface CheckFailure {
  /** Stable: `file_not_found`, `file_unreadable`, `no_rows`, `too_few_rows`, `no_columns`, `column_missing`, `column_retyped`, `unit_changed`, `bad_option`, `profile_damaged`, `profile_too_new`, `profile_too_large`. */
  readonly code: string;
  /** One sentence for people. */
  readonly detail: string;
  /** One sentence: what to do about it. */
  readonly fix: string;
  readonly file: string | null;
  readonly column: string | null;
}
