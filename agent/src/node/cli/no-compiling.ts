import { config } from 'zod';

/**
 * Schemas check by walking instead of by code they write and compile at their first use: a gateway checks a few hundred
 * values between its start and its first answer, and compiling them was a quarter of that. Imported before any schema.
 */
config({ jitless: true });
