import { readAll } from '../store/json.ts';
import { UPDATES } from '../store/keys.ts';
import { removeOrphans } from '../store/orphans.ts';
import { newLine, updateModel, type Target, type UpdateInput, type UpdateModel } from '../update/index.ts';
import { createLine, type Line, type LineDeps } from './line.ts';

/** All model lines of this device. */
export interface Lines {
  models(): UpdateModel[];
  get(line: string): UpdateModel | undefined;
  open(cleanStart: boolean): Promise<void>;
  /** What trust has agreed to, and what it has not; a line that is no longer named keeps what runs. */
  assign(targets: readonly Target[], declined: readonly Extract<UpdateInput, { type: 'declined' }>[]): Promise<void>;
  /** What holds installs back may have changed: settings, or the word of a person on site. */
  reconsider(): void;
  run(signal: AbortSignal): Promise<void>;
}

export async function createLines(deps: LineDeps, targets: readonly Target[]): Promise<Lines> {
  const lines = new Map<string, Line>();
  let running: AbortSignal | undefined;
  const runs: Promise<void>[] = [];

  const add = (model: UpdateModel): Line => {
    const line = createLine(
      deps,
      model,
      targets.find((target) => target.model === model.line),
    );
    lines.set(model.line, line);
    if (running !== undefined) runs.push(line.run(running));
    return line;
  };
  const find = (name: string) => lines.get(name) ?? add(newLine(name));

  // Room that cannot be freed now is no reason not to start: the next start tries again.
  await removeOrphans(deps.store, deps.files).catch(() => false);
  for (const [, model] of await readAll(deps.store, UPDATES, updateModel, deps.onDamaged)) add(model);
  // Targets that were stored just before a crash, whose lines had taken no step yet.
  for (const target of targets) find(target.model);

  return {
    models: () => [...lines.values()].map((line) => line.model()),
    get: (line) => lines.get(line)?.model(),
    async open(cleanStart) {
      for (const line of lines.values()) await line.open(cleanStart);
    },
    async assign(wanted, declined) {
      for (const target of wanted) find(target.model).assign(target);
      for (const input of declined) await find(input.target.model).decline(input);
      // Settings came with it.
      for (const line of lines.values()) line.reconsider();
    },
    reconsider() {
      for (const line of lines.values()) line.reconsider('fetch');
    },
    async run(signal) {
      running = signal;
      for (const line of lines.values()) runs.push(line.run(signal));
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (!signal.aborted) await promise;
      await Promise.all(runs);
    },
  };
}
