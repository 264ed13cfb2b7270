/** How far a check is: its phase, as people read it, and the rows of it where it goes row by row. */
export interface Progress {
  readonly phase: string;
  readonly rows?: number;
  readonly ofRows?: number;
}

/** Hears how far a check is; what it does changes nothing of the report. */
export type ProgressListener = (progress: Progress) => void;
