import { z } from 'zod';
import { asc, audit, gt, type ReadDb } from '../db/index.ts';
import { CHAIN_START } from './chain.ts';
import type { StoredRow } from './entry.ts';
import { AuditError } from './errors.ts';

const PAGE = 1_000;

/** Every row as it is kept, oldest first; `details` is the text that was hashed. */
export async function* pagesOf(db: ReadDb): AsyncGenerator<StoredRow[], void, undefined> {
  for (let after = CHAIN_START.id; ;) {
    const page = await db.select().from(audit).where(gt(audit.id, after)).orderBy(asc(audit.id)).limit(PAGE);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

const storedRow = z.strictObject({
  id: z.number().int(),
  at: z.number().int(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  details: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});

/** A line of an export. @throws AuditError `audit_row_malformed`, by the number of its line */
export function readLine(line: string, number: number): StoredRow {
  const parsed = storedRow.safeParse(parseJson(line));
  if (parsed.success) return parsed.data;
  throw new AuditError('audit_row_malformed', `line ${number}: ${parsed.error.issues[0]?.message}`, {
    field: `line ${number}`,
    expected: 'a row as `plumbline audit export` writes it',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
