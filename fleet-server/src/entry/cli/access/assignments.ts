import { CodedError } from '@plumbline/shared/errors';

/** `operator`, or `operator@north,south`: a role, and the sites it holds for. */
export function readAssignments(words: readonly string[]): { role: string; sites: 'all' | string[] }[] {
  return words.map((word) => {
    const [role = '', sites, ...rest] = word.split('@');
    const named = sites?.split(',').map((site) => site.trim());
    if (role === '' || rest.length > 0 || named?.includes('') === true) {
      throw new CodedError('assignments_malformed', `${word}: no role`, {
        field: 'role',
        expected: 'viewer, operator, approver or admin; on some sites alone as operator@north,south',
      });
    }
    return { role, sites: named ?? 'all' };
  });
}

export function describeAssignments(
  assignments: readonly { role: string; sites: 'all' | readonly string[] }[],
): string {
  return assignments.map(({ role, sites }) => (sites === 'all' ? role : `${role}@${sites.join(',')}`)).join(' ');
}
