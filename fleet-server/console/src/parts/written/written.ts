import type { components } from '../../api/schema.generated.ts';

/** What the server says of a text before it is put. */
export type Written = components['schemas']['WrittenCheck'];
