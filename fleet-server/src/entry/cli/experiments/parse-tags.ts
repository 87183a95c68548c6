import { CodedError } from '@plumbline/shared/errors';

/** `KEY=VALUE` sets, `KEY=` takes away. @throws CodedError `config_invalid` */
export function parseTags(given: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1) || null];
      throw new CodedError('config_invalid', `tag ${text}`, {
        field: 'tags',
        expected: 'KEY=VALUE, or KEY= to take it away',
      });
    }),
  );
}
