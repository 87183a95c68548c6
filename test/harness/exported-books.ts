import type { Client } from '../../fleet-server/src/entry/approver/index.ts';
import type { Books } from './books.ts';

interface ExportedRow {
  stream: string;
  seq: number;
  kind: string;
  ref: string | null;
  activity: string | null;
  asOf: number | null;
  sha256: string | null;
}
interface Page {
  rows: ExportedRow[];
  next: { stream: string; seq: number } | null;
}
interface StreamView {
  id: string;
  highWater: number;
  rows: number;
  rejected: number;
  gapped: number;
}

const PAGE = 5000;

/**
 * The books as somebody outside reads them: only `GET /api/v1/telemetry/export` and `…/streams`, nothing of our inside.
 * `rows` counts what came over the wire of the export, each number of a stream once.
 */
export async function readExportedBooks(client: Pick<Client, 'get'>): Promise<Books> {
  const books: Books = { refs: new Map(), predictions: new Map(), rows: 0, holes: 0, highWater: new Map() };
  const numbers = new Set<string>();
  for (let next: Page['next'] = { stream: '', seq: 0 }; next !== null;) {
    const query = new URLSearchParams({ stream: next.stream, seq: String(next.seq), limit: String(PAGE) });
    const page: Page = await client.get<Page>(`/api/v1/telemetry/export?${query}`);
    for (const { stream, seq, kind, ref, activity, asOf, sha256 } of page.rows) {
      numbers.add(`${stream} ${seq}`);
      if (ref !== null) count(books.refs, ref);
      if (kind === 'prediction') count(books.predictions, `${activity} ${asOf} ${sha256}`);
    }
    ({ next } = page);
  }
  books.rows = numbers.size;
  const { streams } = await client.get<{ streams: StreamView[] }>('/api/v1/telemetry/streams');
  for (const { id, highWater, rows, rejected, gapped } of streams) {
    books.highWater.set(id, highWater);
    books.holes += highWater - rows - rejected - gapped;
  }
  return books;
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
