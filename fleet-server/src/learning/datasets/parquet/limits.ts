const MIB = 1024 * 1024;

/** What a file may declare; beyond it nothing is allocated. */
export interface ParquetLimits {
  footerBytes: number;
  rows: number;
  columns: number;
  /** Rows times columns. */
  cells: number;
  /** One page, decompressed. */
  pageBytes: number;
  /** All pages of the columns that are read, decompressed. */
  decodedBytes: number;
  /** Rows times columns of one group of rows: the thread holds one at a time. */
  groupCells: number;
  /** All pages of one group of rows, decompressed. */
  groupBytes: number;
  /** Heap of the thread, MiB: text takes more room than the bytes it came from. */
  heapMib: number;
  /** Without a column decoded for so long, ms, the decoder is taken to go in circles. */
  stallMs: number;
}

/** For a file that is held whole. */
export const DEFAULT_PARQUET_LIMITS: ParquetLimits = {
  footerBytes: 64 * MIB,
  rows: 5_000_000,
  columns: 1_024,
  cells: 50_000_000,
  pageBytes: 256 * MIB,
  decodedBytes: 2_048 * MIB,
  groupCells: 50_000_000,
  groupBytes: 2_048 * MIB,
  heapMib: 4_096,
  stallMs: 60_000,
};

/** For a file whose rows are passed on: as long as it likes, one group of rows at a time. */
export const STREAMED_PARQUET_LIMITS: ParquetLimits = {
  ...DEFAULT_PARQUET_LIMITS,
  rows: Number.MAX_SAFE_INTEGER,
  cells: Number.MAX_SAFE_INTEGER,
  decodedBytes: Number.MAX_SAFE_INTEGER,
  groupCells: 20_000_000,
  groupBytes: 512 * MIB,
  heapMib: 2_048,
};
