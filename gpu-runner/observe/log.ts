export type LogLevel = "info" | "warn" | "error";
/** Writes one line. `more` names values with units last; it never holds what callers sent. */
export type Log = (level: LogLevel, message: string, more?: Readonly<Record<string, unknown>>) => void;

/** One JSON object per line on standard error. */
export const writeLog: Log = (level, message, more = {}) =>
  console.error(JSON.stringify({ time: new Date().toISOString(), level, message, ...more }));
