import { checkCertificate } from './check-certificate.ts';
import { checkClock } from './check-clock.ts';
import { checkEndpoint } from './check-endpoint.ts';
import { checkFolder } from './check-folder.ts';
import { checkModels } from './check-models.ts';
import { failed, failedBy, ok, skipped, type Step } from './step.ts';
import type { Subject, Surroundings } from './subject.ts';

export interface Examination {
  /** True when the device can do its work now: enrolled, a folder, a right clock, a session with the server, models. */
  works: boolean;
  /** 0 it works, 3 what is wrong may pass by itself, 4 somebody has to act. */
  exitCode: 0 | 3 | 4;
  steps: Step[];
}

/** Looks at everything, also behind the first thing that is wrong. @param subject undefined: never enrolled */
export async function examine(
  folder: string,
  subject: Subject | undefined,
  surroundings: Surroundings,
): Promise<Examination> {
  const first = checkFolder(folder);
  const machine = (await surroundings.machine?.(subject?.lines ?? [])) ?? [];
  if (subject === undefined) {
    const says = 'this device has no identity yet: plumbline-agent enrol CODE';
    return conclude([first, ...machine, failed('enrolled', 'not_enrolled', says)], false);
  }
  const { site, device, trust, endpoints, lines } = subject;
  const session = await checkSession(subject);
  // After the session, which may have renewed the certificate.
  const certificate = checkCertificate(subject, surroundings.now());
  const findings = await Promise.all(endpoints.map((url) => checkEndpoint(url, subject, surroundings)));
  const times = findings.flatMap(({ serverTime }) => serverTime ?? []);
  const clock = checkClock(surroundings.now(), trust.timeFloor, times);
  const addresses = findings.map(({ step }) => step);
  const models = checkModels(lines);
  const steps = [
    first,
    ...machine,
    ok('enrolled', `enrolled as ${site}/${device}`),
    certificate,
    clock,
    ...addresses,
    session,
    models,
  ];
  // One address that leads to the server is enough, and the session shows that one does.
  return conclude(
    steps,
    [first, clock, session, models].every(({ outcome }) => outcome !== 'failed'),
  );
}

async function checkSession(subject: Subject): Promise<Step> {
  if (subject.endpoints.length === 0) return skipped('session', 'no address of the server is known');
  try {
    return ok('session', await subject.session());
  } catch (error) {
    return failedBy('session', error);
  }
}

function conclude(steps: Step[], works: boolean): Examination {
  if (works) return { works, exitCode: 0, steps };
  const wrong = steps.filter(({ outcome }) => outcome === 'failed');
  return { works, exitCode: wrong.every(({ kind }) => kind === 'unavailable') ? 3 : 4, steps };
}
