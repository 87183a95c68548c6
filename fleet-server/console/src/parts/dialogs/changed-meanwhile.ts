import { ApiProblem } from '../../api/problem.ts';

/** A field as it was when the form was opened, and as somebody else has written it since. */
export type Written = readonly [name: string, before: string, now: string];

/**
 * A refusal because somebody else was faster, with what they wrote: the form stays, and whoever looks decides.
 * @param look asks for the thing as it is now: who wrote it last, and its fields
 * @returns any other error as it came
 */
export async function withTheirs(error: unknown, look: () => Promise<{ by: string; fields: Written[] }>) {
  if (!(error instanceof ApiProblem) || !error.code.endsWith('_changed_meanwhile')) return error;
  const { by, fields } = await look();
  const { code, status } = error;
  return new ApiProblem(`${error.message}: ${whatChanged(by, fields)}`, { code, status });
}

export function whatChanged(by: string, fields: readonly Written[]): string {
  const changes = fields.filter(([, before, now]) => before !== now);
  const who = by.replace(/^user:/, '');
  if (changes.length === 0) return `${who} has written it again, as it was`;
  return `${who} has written ${changes.map(([name, before, now]) => `${name} “${now}” for “${before}”`).join(', ')}`;
}
