/** A bug that is put into the source as it is loaded: the product carries no switch for it. */
export interface Plant {
  name: string;
  /** What a careless change would have done. */
  what: string;
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
  /** The class of faults whose seeds are tried first. */
  class: string;
  /** Another form of a bug above: planted by the soak and by hand. */
  isVariant?: true;
}

export const PLANTS: readonly Plant[] = [
  {
    name: 'skipped-fsync',
    what: 'a slot counts as written before its files are on the medium',
    file: 'agent/src/store/slot-files.ts',
    find: '  await files.sync(paths);\n',
    replace: '',
    class: 'power-cut-install',
  },
  {
    name: 'skipped-fsync-of-blocks',
    what: 'a block counts as fetched before it is on the medium',
    file: 'agent/src/install/fetch.ts',
    find: '    await deps.files.sync([path]);\n',
    replace: '',
    class: 'power-cut-install',
    isVariant: true,
  },
  {
    name: 'dropped-dedupe',
    what: 'the server takes rows that came again for new ones',
    file: 'fleet-server/src/insight/telemetry/take-batch.ts',
    find: '    if (seq <= sorted.highWater) continue;\n',
    replace: '',
    class: 'drop',
  },
  {
    name: 'dropped-dedupe-of-refs',
    what: 'the server numbers every row anew, so that nothing looks like a repetition',
    file: 'fleet-server/src/insight/telemetry/take-batch.ts',
    find: '  const sorted = sortRows(incoming, stream.highWater, now);',
    replace:
      '  const renumbered = batch.rows.map(([, row], i): [number, unknown] => [stream.highWater + 1 + i, row]);\n' +
      '  const sorted = sortRows({ ...incoming, batch: { ...batch, rows: renumbered } }, stream.highWater, now);',
    class: 'duplicate',
    isVariant: true,
  },
  {
    name: 'activate-before-verify',
    what: 'what was fetched goes into the slot unseen',
    file: 'agent/src/update/machine.ts',
    find: "return model.state === 'fetching' ? to(model, 'verifying') : undefined;",
    replace:
      "return model.state === 'fetching' ? to(model, 'staged', { slots: withFree(model, undefined) }) : undefined;",
    class: 'broken-model',
  },
  {
    name: 'activate-before-self-test',
    what: 'a model serves before anybody has asked it its golden rows',
    file: 'agent/src/update/machine.ts',
    find: "return model.state === 'staged' && model.target ? staged(model, model.target) : undefined;",
    replace:
      "return model.state === 'staged' && model.target ? to(staged(model, model.target)!.state, 'activating') : undefined;",
    class: 'broken-model',
    isVariant: true,
  },
  {
    name: 'reused-seq',
    what: 'the head of a stream is not written with its rows',
    file: 'agent/src/link/outbox/changes-of.ts',
    find: 'changes.push(putHead(of, next[of] ?? heads[of]));',
    replace: 'void putHead(of, next[of] ?? heads[of]);',
    class: 'power-cut-agent',
  },
  {
    name: 'ack-before-commit',
    what: 'the server acknowledges what it is about to commit',
    file: 'fleet-server/src/insight/telemetry/ingest.ts',
    find: '      const all = await database.transaction(',
    replace:
      '      for (const { incoming: { batch }, resolve } of group)\n' +
      '        resolve({ stream: batch.stream, upTo: batch.rows.at(-1)?.[0] ?? 0, rejected: [] });\n' +
      '      const all = await database.transaction(',
    class: 'power-cut-server',
  },
  {
    name: 'told-before-commit',
    what: 'a person is told that her entry is kept while it is being written',
    file: 'agent/src/sources/entries.ts',
    find: '  await deps.outbox.write({',
    replace: '  void deps.outbox.write({',
    class: 'power-cut-agent',
    isVariant: true,
  },
  {
    name: 'lost-gap-record',
    what: 'what is dropped for want of room is dropped without a word',
    file: 'agent/src/link/outbox/shrink.ts',
    find: '    ...gaps.map(({ gap, value }) => ({ put: rowKey(of, gap.to), value })),\n',
    replace: '',
    class: 'outage-over-budget',
  },
  {
    name: 'wrong-slot',
    what: 'an update is written over the model that answers',
    file: 'agent/src/update/model.ts',
    find: "  return active === 'A' ? 'B' : 'A';",
    replace: "  return active === undefined ? 'A' : active;",
    class: 'power-cut-install',
  },
  {
    name: 'unbounded-retry',
    what: 'a connection that cannot be had is tried again at once',
    file: 'agent/src/link/reconnect.ts',
    find: '      await wait(delayAfterFailure());\n',
    replace: '',
    class: 'power-cut-server',
  },
  {
    name: 'unbounded-retry-of-writes',
    what: 'rows that a full disk does not take are offered to it again at once',
    file: 'agent/src/link/outbox/journal.ts',
    find: 'const RETRY_MS = 5000;',
    replace: 'const RETRY_MS = 0;',
    class: 'disk-full',
    isVariant: true,
  },
];
