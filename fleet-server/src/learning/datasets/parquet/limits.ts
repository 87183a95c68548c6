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
  /** Without a column decoded for so long, ms, the decoder is taken to go in circles. */
  stallMs: number;
}

export const DEFAULT_PARQUET_LIMITS: ParquetLimits = {
  footerBytes: 64 * MIB,
  rows: 5_000_000,
  columns: 1_024,
  cells: 50_000_000,
  pageBytes: 256 * MIB,
  decodedBytes: 2_048 * MIB,
  stallMs: 60_000,
};
