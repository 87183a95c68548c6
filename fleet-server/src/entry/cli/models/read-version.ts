import { CodedError } from '@plumbline/shared/errors';

/** `LINE@VERSION` or `LINE@ALIAS`. @throws CodedError `config_invalid` */
export function readVersion(text: string): { line: string; version: string; path: string } {
  const at = text.lastIndexOf('@');
  const [line, version] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && version !== '') {
    return { line, version, path: `/api/v1/models/${encodeURIComponent(line)}/${encodeURIComponent(version)}` };
  }
  throw new CodedError('config_invalid', `model ${text}`, { field: 'model', expected: 'LINE@VERSION or LINE@ALIAS' });
}

/** A day alone is its first moment in UTC. @returns ms @throws CodedError `config_invalid` */
export function momentOf(text: string): number {
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(moment)) return moment;
  throw new CodedError('config_invalid', `--at ${text}`, {
    field: 'at',
    expected: 'a time in ISO 8601, such as 2026-03-01T06:00Z',
  });
}
