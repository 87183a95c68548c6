import type { Found } from './child.ts';

/**
 * What to add to the title of tests that need a service: nothing when it is here, the reason when they are skipped.
 * With PLUMBLINE_REQUIRE_SERVICES=1 they are not skipped, and starting the service fails with the same words.
 */
export function skipReason(found: Found<unknown>): string | undefined {
  return process.env['PLUMBLINE_REQUIRE_SERVICES'] === '1' ? undefined : found.reason;
}

/** The service, or an error saying why there is none. */
export function required<What>(found: Found<What>): What {
  if (found.reason !== undefined) throw new Error(found.reason);
  return found.service;
}
