import { z } from 'zod';

/** Figures of answers with their unit, which OpenAPI shows. */
export const ms = z.number().describe('ms since epoch, UTC');
export const durationMs = z.number().describe('ms');
export const bytes = z.number().describe('bytes');
export const share = z.number().describe('share, 0…1');
