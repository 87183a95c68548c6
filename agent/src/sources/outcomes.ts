import type { FieldState } from '@plumbline/shared/activity';

/** What an outcome says, unless people contradict each other: then nothing is known until one of them settles it. */
export function labelOf({ entry, conflicts }: FieldState): 0 | 1 | undefined {
  const labels = new Set([entry, ...conflicts].flatMap((one) => (one.field === 'outcome' ? [one.value.label] : [])));
  const [label] = labels;
  return labels.size === 1 ? label : undefined;
}
