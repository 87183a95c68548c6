import { createHash } from 'node:crypto';

/** Whoever holds the state folder of the server: its operator, and the one who lets others in. */
export const OWNER = 'user:operator';

/** So that a scanner of logs and repositories knows what it has found. */
export const TOKEN_PREFIX = 'plo_';
export const TOKEN_BYTES = 32;

export interface Operator {
  name: string;
  createdAt: number;
  createdBy: string;
  /** Null: may sign in. */
  removedAt: number | null;
}

/** How the audit and the rollouts name a person. */
export function actorOf(name: string): string {
  return `user:${name}`;
}

export function sha256Of(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
