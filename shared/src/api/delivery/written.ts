import { z } from 'zod';
import { fieldChange } from './declared.ts';

export const writtenProblem = z
  .object({
    line: z.number().int().describe('Of the text, from 1.'),
    field: z.string().describe('Path of what is wrong: `spec.steps.0.uses`.'),
    message: z.string(),
  })
  .meta({ id: 'WrittenProblem' });

export const writtenCheckView = z
  .object({
    name: z.string().nullable().describe('Of the pipeline, or the line of the policy; null where something is wrong.'),
    document: z.record(z.string(), z.unknown()).nullable().describe('The text as a value: what is put.'),
    action: z.enum(['create', 'change', 'unchanged']).nullable(),
    revision: z.number().int().nullable().describe('Of what is there now; 0: nothing is.'),
    fields: z.array(fieldChange).describe('What would be different.'),
    warnings: z.array(z.string()),
    problems: z.array(writtenProblem).describe('Everything that is wrong; then nothing else is said.'),
  })
  .meta({ id: 'WrittenCheck', description: 'What putting a text would do. Nothing is changed.' });
