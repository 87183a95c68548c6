import type { DeclaredChange, PlacedProblem } from '../../../delivery/declared/index.ts';

const MARK = { create: '+', change: '~', unchanged: ' ' } as const;

/** What would change, thing by thing and field by field. */
export function showChanges(changes: readonly DeclaredChange[]): string {
  return changes
    .flatMap(({ action, kind, name, fields }) => [
      `${MARK[action]} ${kind} ${name}: ${action}`,
      ...fields.map(({ field, from, to }) => `    ${field}: ${saidOf(from, to)}`),
    ])
    .join('\n');
}

export function countOf(changes: readonly DeclaredChange[]): string {
  const count = (action: DeclaredChange['action']) => changes.filter((one) => one.action === action).length;
  return `${count('create')} to create, ${count('change')} to change, ${count('unchanged')} unchanged`;
}

export function showProblems(problems: readonly PlacedProblem[]): string {
  return problems
    .map(({ file, line, field, message, expected, code }) =>
      [
        `${file}:${line}: ${field === '' ? 'document' : field}: ${message} [${code}]`,
        ...(expected === undefined ? [] : [`  expected: ${expected}`]),
      ].join('\n'),
    )
    .join('\n');
}

function saidOf(from: unknown, to: unknown): string {
  if (from === undefined) return `+ ${JSON.stringify(to)}`;
  if (to === undefined) return `- ${JSON.stringify(from)}`;
  return `${JSON.stringify(from)} → ${JSON.stringify(to)}`;
}
