import { z } from 'zod';
import { feedback, note, outcome, plan, progress } from '../../activity/index.ts';
import { ms } from '../units.ts';

const said = { id: z.string(), actor: z.string(), at: ms };
const planSaid = z.object({ ...said, value: plan }).meta({ id: 'PlanSaid' });
const progressSaid = z.object({ ...said, value: progress }).meta({ id: 'ProgressSaid' });
const outcomeSaid = z.object({ ...said, value: outcome }).meta({ id: 'OutcomeSaid' });
const besides = 'Written without knowing of the one in force; the newest first.';

export const siteActivityView = z
  .object({
    activity: z.string(),
    saidAt: ms.nullable().describe('When somebody on site last said something of it; null: nobody has.'),
    plan: planSaid.extend({ besides: z.array(planSaid).describe(besides) }).nullable(),
    progress: progressSaid.extend({ besides: z.array(progressSaid).describe(besides) }).nullable(),
    outcome: outcomeSaid.extend({ besides: z.array(outcomeSaid).describe(besides) }).nullable(),
    notes: z.array(z.object({ ...said, value: note }).meta({ id: 'NoteSaid' })).describe('The newest first.'),
    feedback: z
      .array(z.object({ ...said, value: feedback }).meta({ id: 'FeedbackSaid' }))
      .describe('Whether a prediction helped; the newest first.'),
  })
  .meta({ id: 'SiteActivity' });

export const siteActivityPageView = z
  .object({
    activities: z.array(siteActivityView),
    total: z.number().describe('How many the search finds, on all pages.'),
    next: z.string().nullable().describe('Cursor of the page that follows; null: this is the last.'),
    feedback: z
      .array(z.object({ line: z.string(), helped: z.number(), said: z.number() }))
      .describe(
        'Of the whole site, by model line: how often a prediction helped, of how often somebody said so or not.',
      ),
  })
  .meta({ id: 'SiteActivityPage' });

export type SiteActivity = z.infer<typeof siteActivityView>;
export type SiteActivityPage = z.infer<typeof siteActivityPageView>;
