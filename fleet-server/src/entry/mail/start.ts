import type { Logger } from 'pino';
import { codeOf } from '@plumbline/shared/errors';
import type { Clock } from '@plumbline/shared/ports';
import type { Database } from '../../platform/db/index.ts';
import type { Dispatcher } from '../../platform/outbox/index.ts';
import { createMailLoop, type MailLoop } from './loop.ts';
import { queueMails } from './queue.ts';
import { createSender } from './send.ts';
import type { MailSettings } from './settings.ts';

/**
 * Mails alerts to whom the rules name. Subscribes, so it is called before the dispatcher starts; without settings nothing is
 * queued, so that nobody gets the alerts of last month on the day mail is set up.
 */
export function startMail(
  deps: { database: Database; dispatcher: Dispatcher; clock: Clock; log: Logger },
  settings: MailSettings | undefined,
): Pick<MailLoop, 'stop' | 'settled'> {
  if (settings === undefined) return { stop: async () => {}, settled: async () => {} };
  const { database, dispatcher, clock, log } = deps;
  // A code and no error: what a mail server says may repeat what it was told.
  const onError = (error: unknown) => log.error({ code: codeOf(error) }, 'mail');
  const loop = createMailLoop({ database, clock, sender: createSender(settings), onError });
  dispatcher.subscribe('mail', ['alert.raised', 'alert.cleared'], (event, delivery) =>
    queueMails(database, event, delivery),
  );
  loop.start();
  return loop;
}
