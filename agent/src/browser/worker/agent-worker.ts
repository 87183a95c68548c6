import { codeOf, messageOf } from '@plumbline/shared/errors';
import { TabletError } from '../errors.ts';
import { crossed } from './crossing.ts';
import type { FromWorker, Question, StartOptions, ToWorker } from './messages.ts';
import { openSession, type Session } from './session.ts';

/** The one worker of a browser that runs the agent. It ends with its page; what it promised is on the disk. */
const LOCK = 'plumbline-agent';

const tell = (message: FromWorker) => self.postMessage(message);
let session: Promise<Session> | undefined;
const end = Promise.withResolvers<void>();

/** Holds the lock as long as this worker lives: a second one would give the same numbers to other rows. */
function start(options: StartOptions): Promise<Session> {
  const opened = Promise.withResolvers<Session>();
  tell({ type: 'phase', phase: { phase: 'starting', waitsFor: 'turn' } });
  void navigator.locks
    .request(LOCK, async () => {
      try {
        opened.resolve(await openSession(options, (phase) => tell({ type: 'phase', phase })));
      } catch (error) {
        tell({ type: 'phase', phase: { phase: 'failed', code: codeOf(error), detail: messageOf(error) } });
        opened.reject(error);
        return;
      }
      await end.promise;
    })
    .catch(opened.reject);
  return opened.promise;
}

async function answer(question: Question): Promise<void> {
  const { id } = question;
  try {
    if (session === undefined)
      throw new TabletError('worker_ended', 'the agent was not started', { kind: 'unavailable' });
    const value = await valueOf(await session, question, (fingerprint) => tell({ type: 'pending', id, fingerprint }));
    tell({ type: 'answer', id, value });
  } catch (error) {
    tell({ type: 'failure', id, error: crossed(error) });
  }
}

function valueOf(open: Session, asked: Question, onPending: (fingerprint: string) => void): Promise<unknown> {
  switch (asked.name) {
    case 'enrol':
      return open.enrol(...asked.args, onPending);
    case 'record':
      return open.record(...asked.args);
    case 'whatIf':
      return open.whatIf(...asked.args);
    case 'exportUnsent':
      return open.exportUnsent();
    case 'refresh':
      return open.refresh();
  }
}

async function stop(): Promise<void> {
  const open = await session?.catch(() => undefined);
  await open?.stop().catch(() => undefined);
  end.resolve();
  tell({ type: 'stopped' });
}

/** What the page says, in its order. */
export function take(data: ToWorker): void {
  if (data.type === 'start') {
    session = start(data.options);
    session.catch(() => undefined);
  } else if (data.type === 'call') void answer(data);
  else if (data.type === 'facts') void session?.then((open) => open.facts(data.facts)).catch(() => undefined);
  else void stop();
}
