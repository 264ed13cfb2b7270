import { open } from "node:fs/promises";
import { zstdDecompressSync } from "node:zlib";
import type { DuckDBValue } from "@duckdb/node-api";
import { VARCHAR } from "@duckdb/node-api";
import {
  CompressionType,
  compressionRegistry,
  DataType,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
  type Vector,
} from "apache-arrow";
import { decompress, decompressBound } from "lz4js";
import { Unreadable } from "../refuseFile.ts";
import type { ColumnPreset } from "../table.ts";
import { type ArrowColumn, arrowColumn } from "./arrowColumns.ts";
import { type Conversion, type Converted, unreadColumn } from "./converted.ts";
import { openPartsWriter, type PartsWriter } from "./partsWriter.ts";

/** A body larger than this is no batch of rows that was meant to be read in parts. */
const MOST_BODY_BYTES = 512 * 1024 * 1024;
/** Rows of a batch that are converted together. */
const ROWS_AT_ONCE = 16_384;

/**
 * Writes an Arrow file (Feather of the second version) or stream as Parquet, batch after batch. Throws `Unreadable`,
 * and what the library throws where the file is damaged.
 */
export async function convertArrow({ path, folder, name }: Conversion): Promise<Converted> {
  registerCodecs();
  const file = await open(path, "r");
  let writer: PartsWriter | null = null;
  try {
    const reader = await RecordBatchReader.from(file);
    await reader.open({ autoDestroy: false });
    const fields = fieldsOf(reader.schema);
    writer = await openPartsWriter(
      folder,
      name,
      fields.map((field) => ({ name: field.name, type: field.column?.type ?? VARCHAR })),
    );
    for await (const batch of reader) await writeBatch(batch, fields, writer);
    await reader.cancel();
    const unread = fields.flatMap((field): [string, ColumnPreset][] =>
      field.column === null ? [[field.name, unreadColumn(`nested values (${field.type.slice(0, 40)})`)]] : [],
    );
    return { paths: await writer.end(), notes: [], presets: new Map(unread) };
  } finally {
    writer?.close();
    await file.close();
  }
}

interface ArrowField {
  readonly name: string;
  readonly type: string;
  readonly column: ArrowColumn | null;
}

function fieldsOf(schema: Schema): readonly ArrowField[] {
  if (schema.fields.length === 0) throw new Unreadable("it has no columns");
  const names = schema.fields.map((field) => field.name);
  const twice = names.find((one, at) => names.indexOf(one) < at);
  if (twice !== undefined)
    throw new Unreadable(`two of its columns are named "${twice}"`, "Give each column a name of its own.");
  return schema.fields.map((field) => ({
    name: field.name,
    type: String(field.type),
    column: arrowColumn(field.type),
  }));
}

async function writeBatch(
  batch: RecordBatch,
  fields: readonly ArrowField[],
  writer: PartsWriter,
): Promise<void> {
  for (let from = 0; from < batch.numRows; from += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, batch.numRows - from);
    await writer.write(
      fields.map(({ column }, index) => {
        const vector = batch.getChildAt(index);
        const numbers = vector === null ? null : realsOf(vector);
        if (numbers !== null) return Float64Array.from(numbers.subarray(from, from + rows));
        return Array.from({ length: rows }, (_, row): DuckDBValue => {
          const value: unknown = column === null ? null : vector?.get(from + row);
          return value === null || value === undefined ? null : (column?.valueOf(value) ?? null);
        });
      }),
    );
  }
}

/** The reals of a column that lacks none; null where each value has to be asked for. */
function realsOf(vector: Vector): Float64Array | Float32Array | null {
  if (!DataType.isFloat(vector.type) || vector.nullCount > 0) return null;
  const numbers: unknown = vector.toArray();
  return numbers instanceof Float64Array || numbers instanceof Float32Array ? numbers : null;
}

/** Feather is packed with LZ4 or zstd, and the library brings neither. */
export function registerCodecs(): void {
  if (compressionRegistry.get(CompressionType.ZSTD) !== null) return;
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: MOST_BODY_BYTES }),
  });
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4 });
}

/** The size that a frame claims is checked first: the library would wait for memory of any size. */
function unpackLz4(frame: Uint8Array): Uint8Array {
  const sizeBytes = decompressBound(frame);
  if (!(sizeBytes <= MOST_BODY_BYTES))
    throw new Unreadable("it claims to hold more than 512 MB in one piece");
  return decompress(frame, sizeBytes);
}
