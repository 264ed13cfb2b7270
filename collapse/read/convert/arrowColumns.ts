import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  TIMESTAMP,
  UBIGINT,
  VARCHAR,
} from "@duckdb/node-api";
import { DataType, TimeUnit } from "apache-arrow";

/** How a column of Arrow is written: DuckDB's type, and what its values become; null stays null. */
export interface ArrowColumn {
  readonly type: DuckDBType;
  readonly valueOf: (value: unknown) => DuckDBValue;
}

const MS_PER_DAY = 86_400_000;
const UNITS_PER_SECOND: Readonly<Record<TimeUnit, number>> = {
  [TimeUnit.SECOND]: 1,
  [TimeUnit.MILLISECOND]: 1e3,
  [TimeUnit.MICROSECOND]: 1e6,
  [TimeUnit.NANOSECOND]: 1e9,
};

/** How a column of this type is written; null where it is nested or bytes, and none of it is. */
export function arrowColumn(type: DataType): ArrowColumn | null {
  if (DataType.isDictionary(type)) return arrowColumn(type.dictionary);
  if (DataType.isNull(type)) return { type: DOUBLE, valueOf: () => null };
  if (DataType.isBool(type)) return { type: BOOLEAN, valueOf: Boolean };
  if (DataType.isInt(type))
    return { type: type.isSigned ? BIGINT : UBIGINT, valueOf: (it) => BigInt(String(it)) };
  if (DataType.isFloat(type)) return { type: DOUBLE, valueOf: Number };
  if (DataType.isDecimal(type))
    return { type: DOUBLE, valueOf: (it) => Number(String(it)) / 10 ** type.scale };
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type))
    return { type: VARCHAR, valueOf: String };
  if (DataType.isDate(type))
    return { type: DATE, valueOf: (ms) => new DuckDBDateValue(Math.floor(Number(ms) / MS_PER_DAY)) };
  if (DataType.isTimestamp(type))
    return {
      type: TIMESTAMP,
      valueOf: (ms) => new DuckDBTimestampValue(BigInt(Math.round(Number(ms) * 1e3))),
    };
  if (DataType.isTime(type))
    return { type: DOUBLE, valueOf: (it) => Number(it) / UNITS_PER_SECOND[type.unit] };
  if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type))
    return listColumn(type.children[0]?.type);
  return null;
}

/** Lists of numbers; others are nested. */
function listColumn(item: DataType | undefined): ArrowColumn | null {
  const isNumber = DataType.isInt(item) || DataType.isFloat(item) || DataType.isDecimal(item);
  const column = isNumber ? arrowColumn(item) : null;
  if (column === null) return null;
  const numberOf = (value: unknown): DuckDBValue => (value === null ? null : Number(column.valueOf(value)));
  return {
    type: LIST(DOUBLE),
    valueOf: (list) => new DuckDBListValue(isIterable(list) ? Array.from(list, numberOf) : []),
  };
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.iterator in value;
