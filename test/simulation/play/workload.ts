import type { SiteLogEntry } from '@plumbline/shared/activity';
import { codeOf } from '@plumbline/shared/errors';
import type { DeviceSettings } from '@plumbline/shared/trust';
import { LINE } from '../../../agent/src/testing/mint.ts';
import type { CatalogueEntry } from '../server/releases.ts';
import { MAX_PAYLOAD_BLOCKS, type World } from './world.ts';

/** What goes on in a world whatever is broken in it: people, head office, callers with questions. */
export interface Workload {
  /** Tries until the server has taken it. */
  assign(name: string): void;
  /** The release that was ordered last. */
  ordered(): CatalogueEntry | undefined;
  orderedSeq(): number;
  outcome(): void;
  plans(count: number): void;
  /** Asks the device something, as a caller on site would, and looks at everything it says of itself. */
  probe(): void;
  predictions(count: number): void;
  /** The device has had a committed model: from here on it has to answer. */
  hasCommitted(): boolean;
}

const RETRY_MS = 7000;
const DAY_MS = 86_400_000;

export function createWorkload(world: World, settings: DeviceSettings): Workload {
  const { clock, server, device, checks, ledger, catalogue, note } = world;
  const chance = world.chance.branch('workload');
  let ordered: CatalogueEntry | undefined;
  let orderedSeq = 0;
  let made = 0;
  let hasCommitted = false;
  let failingSince: number | undefined;

  /** The server may be down, or its database broken: whoever orders something tries again. */
  const insist = (what: string, work: () => Promise<void>) => {
    const attempt = () => {
      if (!server.isUp()) return void clock.after(RETRY_MS, attempt);
      work().catch((error: unknown) => {
        note(`${what} failed: ${codeOf(error)}`);
        clock.after(RETRY_MS, attempt);
      });
    };
    attempt();
  };

  const question = () => ({ a: chance.integer(-10, 10) / 10, b: chance.integer(-10, 10) / 10 });

  const ask = async () => {
    const agent = device.agent();
    if (agent === undefined) return;
    const values = question();
    made += 1;
    try {
      const [answer] = await agent.predict([{ activity: `asked-${made}`, values, asOf: clock.now() }], { line: LINE });
      failingSince = undefined;
      if (answer !== undefined) checks.truth.answered(answer, values);
    } catch (error) {
      note(`prediction failed: ${codeOf(error)}`);
      if (hasCommitted && !isOnTrial(agent)) bricked(codeOf(error));
    }
  };

  /** A model that fails in service is allowed to be found out by its failures. */
  const isOnTrial = (agent: NonNullable<ReturnType<typeof device.agent>>) =>
    agent.state().lines.some(({ running }) => {
      return running !== undefined && catalogue.byArchive(running.sha256)?.ending.state === 'rolled-back';
    });

  const isRunning = ({ assigned }: CatalogueEntry) =>
    device
      .agent()
      ?.state()
      .lines.some(({ running }) => running?.sha256 === assigned.sha256) === true;

  const bricked = (code: string) => {
    failingSince ??= clock.now();
    if (clock.now() - failingSince >= world.patience.ms) {
      ledger.add('bricked', `no prediction although a model was committed: ${code}`);
    }
  };

  const tell = ({ label, ...entry }: { activity: string; label: 0 | 1; actor: string; ref: string }) => {
    device
      .agent()
      ?.recordEntry({ ...entry, field: 'outcome', value: { label } })
      .then(
        () => {
          checks.rows.acknowledged(entry.ref);
          note(`person told ${entry.ref}`);
        },
        (error: unknown) => note(`person refused ${entry.ref}: ${codeOf(error)}`),
      );
  };

  const probe = () => {
    const agent = device.agent();
    if (agent === undefined) return;
    const state = agent.state();
    checks.trust.look(state);
    hasCommitted ||= state.lines.some((line) => line.state === 'committed');
    void ask();
  };
  // A device is asked right after it started and after every step of an update: at no moment may it have no answer.
  world.hooks.moved = () => void clock.after(1, probe);

  return {
    assign(name) {
      const release = catalogue.get(name);
      if (ordered !== undefined && ordered !== release && !isRunning(ordered)) {
        // What has come of it is given up, and fetched again when it is ordered once more.
        world.excusedBlocks.count += MAX_PAYLOAD_BLOCKS;
      }
      ordered = release;
      checks.truth.assigned(name);
      insist(`assign ${name}`, async () => {
        // Overtaken by a newer order while the server was away: head office signs what it wants now.
        if (ordered !== release) return;
        orderedSeq = await server.assign(release, settings);
      });
    },
    ordered: () => ordered,
    orderedSeq: () => orderedSeq,
    outcome() {
      made += 1;
      const ref = `ref-${made}`;
      const label = chance.integer(0, 1) === 1 ? 1 : 0;
      const entry = { activity: `A-${chance.integer(1, 20)}`, label, actor: 'ana', ref } as const;
      tell(entry);
      // Who was not answered asks again, and some do who were: under the same reference it is the same entry.
      if (chance.happens(0.4)) clock.after(chance.integer(1, 90_000), () => tell(entry));
    },
    plans(count) {
      const entries = Array.from({ length: count }, (): SiteLogEntry => {
        made += 1;
        const now = clock.now();
        const value = { startAt: now - 1000, dueAt: now + 30 * DAY_MS, values: question() };
        const [id, activity] = [`entry-${String(made).padStart(6, '0')}`, `A-${chance.integer(1, 20)}`];
        return { id, activity, base: null, field: 'plan', actor: 'office', at: now, value };
      });
      insist('plans', () => server.append(entries));
    },
    probe,
    predictions(count) {
      const agent = device.agent();
      if (agent === undefined) return;
      const records = Array.from({ length: count }, () => {
        made += 1;
        return { activity: `asked-${made}`, values: question(), asOf: clock.now() };
      });
      agent.predict(records, { line: LINE, reasons: chance.happens(0.2) }).catch((error: unknown) => {
        note(`predictions failed: ${codeOf(error)}`);
      });
    },
    hasCommitted: () => hasCommitted,
  };
}
