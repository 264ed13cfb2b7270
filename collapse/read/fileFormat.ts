export type Compression = "none" | "gzip" | "zstd";

/** How a file that DuckDB reads by itself is written, as its first bytes and its name say. */
export type TableFormat =
  | { readonly kind: "parquet" }
  | { readonly kind: "json"; readonly compression: Compression }
  /** A document on each line. */
  | { readonly kind: "text"; readonly compression: Compression }
  | {
      readonly kind: "csv";
      readonly compression: Compression;
      readonly delimiter: string;
      readonly quote: '"' | "";
      readonly decimal: "." | ",";
    };

/** What DuckDB does not read, and what is therefore converted first. */
export type ConvertedFormat =
  | { readonly kind: "arrow" }
  | { readonly kind: "excel" }
  | { readonly kind: "hdf5" };

/** How a file is written. */
export type FileFormat = TableFormat | ConvertedFormat;
