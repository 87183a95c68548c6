import { open } from 'node:fs/promises';
import { CodedError } from '@plumbline/shared/errors';
import type { SignedHead } from '../../platform/audit/index.ts';
import type { HeadPlace } from './settings.ts';

export class HeadError extends CodedError<'audit_head_unkept'> {
  override readonly name = 'HeadError';
}

const TIMEOUT_MS = 10_000;

/** Brings one head there; done when the receiver says so, or the file is on its disk. @throws HeadError */
export async function deliverHead(place: HeadPlace, head: SignedHead): Promise<void> {
  try {
    await (place.kind === 'file' ? append(place.path, head) : post(place, head));
  } catch (cause) {
    if (cause instanceof HeadError) throw cause;
    const why = cause instanceof Error && cause.name === 'TimeoutError' ? 'no answer in time' : 'it cannot be reached';
    throw new HeadError('audit_head_unkept', why, { kind: 'unavailable', field: 'PLUMBLINE_AUDIT_HEAD_URL', cause });
  }
}

async function post({ url, token }: HeadPlace & { kind: 'http' }, head: SignedHead): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(head),
    // A redirect would carry the token to somebody else.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (response.ok) return;
  throw new HeadError('audit_head_unkept', `the receiver answered ${response.status}`, { kind: 'unavailable' });
}

/** One head a line: a file with `chattr +a`, or a mount that somebody else keeps, cannot be written anew from here. */
async function append(path: string, head: SignedHead): Promise<void> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(`${JSON.stringify(head)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
