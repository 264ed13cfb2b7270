export type Compression = "none" | "gzip" | "zstd";

/** How a file is written, as its first bytes and its name say. */
export type FileFormat =
  | { readonly kind: "parquet" }
  | { readonly kind: "json"; readonly compression: Compression }
  | {
      readonly kind: "csv";
      readonly compression: Compression;
      readonly delimiter: string;
      readonly quote: '"' | "";
      readonly decimal: "." | ",";
    };
