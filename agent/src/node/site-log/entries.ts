import { feedback, note, progress } from '@plumbline/shared/activity';
import { fromBase64 } from '@plumbline/shared/trust';
import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent } from '../../index.ts';
import type { EntryInput } from '../../sources/entries.ts';
import { readBody } from '../local-api/read-body.ts';
import { oneOrMany, recordSaid } from './one-or-many.ts';
import { headOf, saidHead } from './said-head.ts';

const MAX_ENTRIES = 1000;

const head = {
  ...saidHead,
  /** The entry its author saw in this place; the newest when left out. What was said without knowing of it is kept beside it. */
  base: z.string().max(128).nullable().optional(),
};

export const entryBody = z.discriminatedUnion('field', [
  z.strictObject({ ...head, field: z.literal('progress'), value: progress.omit({ observedAt: true }) }),
  z.strictObject({
    ...head,
    field: z.literal('note'),
    value: note.pick({ text: true }),
    /** JPEG, PNG or WebP in base64; at most 1 MiB of them. */
    photo: z.base64('expected a JPEG, PNG or WebP in base64').optional(),
  }),
  z.strictObject({ ...head, field: z.literal('feedback'), value: feedback }),
]);

export const entriesBody = z.strictObject({ entries: z.array(entryBody).min(1).max(MAX_ENTRIES) });

const body = oneOrMany('entries', entryBody, entriesBody);

/**
 * `POST /v1/entries`: progress, a note with its photo, or whether a prediction helped. Answers like `/v1/outcomes`: an entry
 * that is answered survives a power cut, its photo too.
 */
export function addEntries(app: Hono, { agent }: { agent: Agent }): void {
  app.post('/v1/entries', async (context) => {
    const said = await readBody(context, body);
    return context.json(await recordSaid(said, (entry) => agent.recordEntry(inputOf(entry))));
  });
}

function inputOf(said: z.infer<typeof entryBody>): EntryInput {
  const of = headOf(said);
  if (said.field === 'progress') return { ...of, field: 'progress', value: said.value };
  if (said.field === 'feedback') return { ...of, field: 'feedback', value: said.value };
  const photo = said.photo === undefined ? {} : { photo: fromBase64(said.photo) };
  return { ...of, field: 'note', value: said.value, ...photo };
}
