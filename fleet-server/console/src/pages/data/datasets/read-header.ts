import { readCsv } from '@plumbline/shared/schedules/csv';

/** Names of the columns of a CSV. @throws CsvError */
export async function readHeader(csv: string): Promise<string[]> {
  const { header } = await readCsv([new TextEncoder().encode(csv)]);
  return [...header];
}
