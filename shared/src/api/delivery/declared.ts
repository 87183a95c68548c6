import { z } from 'zod';

export const fieldChange = z
  .object({
    field: z.string(),
    from: z.unknown().optional(),
    to: z.unknown().optional(),
  })
  .meta({
    id: 'FieldChange',
    description: 'One value that is or would be different. What is absent was not there, or will not be.',
  });

export const declaredChange = z
  .object({
    document: z.number(),
    kind: z.enum(['Site', 'Policy', 'Group', 'Rollout', 'Pipeline']),
    name: z.string(),
    action: z.enum(['create', 'change', 'unchanged']),
    fields: z.array(fieldChange),
  })
  .meta({ id: 'DeclaredChange' });

export const documentPath = z
  .array(z.union([z.string(), z.number()]))
  .readonly()
  .describe('Where something stands in a document: keys of objects and places in lists.');

export const declaredProblem = z
  .object({
    code: z.string(),
    document: z
      .number()
      .optional()
      .describe('Which of the documents that were given, from 0; absent: a file as a whole.'),
    path: documentPath,
    field: z.string().describe('The same for people: `spec.stages.0.size.percent`.'),
    message: z.string(),
    expected: z.string().optional(),
  })
  .meta({ id: 'DeclaredProblem', description: 'Something that is wrong, so that nothing is applied.' });

export const declaredAnswerView = z
  .object({
    changes: z.array(declaredChange).describe('In the order of the work; empty where there are problems.'),
    problems: z.array(declaredProblem),
    isApplied: z.boolean().describe('False for a trial, and where something is wrong.'),
  })
  .meta({ id: 'DeclaredAnswer', description: 'What applying these documents does, or would do.' });

export const jsonSchemaView = z.record(z.string(), z.unknown());
