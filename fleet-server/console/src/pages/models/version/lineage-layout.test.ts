import { describe, expect, it } from 'vitest';
import type { Lineage } from '../model-of.ts';
import { placed, withDevices, withoutPredecessors } from './lineage-layout.ts';

const node = (id: string, at = 1, title = id) => ({
  id,
  kind: id.slice(0, id.indexOf(':')) as Lineage['nodes'][number]['kind'],
  title,
  at,
});
const lineage: Lineage = {
  nodes: [
    node('version:2', 4),
    node('version:1', 2),
    node('run:b', 3),
    node('run:a', 1),
    node('dataset:b'),
    node('dataset:a'),
    node('rollout:r1'),
    node('rollout:r2'),
    node('rollout:r3', 5, 'r3 (draft)'),
  ],
  edges: [
    { from: 'version:1', to: 'version:2', what: 'followed by' },
    { from: 'run:b', to: 'version:2', what: 'registered' },
    { from: 'run:a', to: 'version:1', what: 'registered' },
    { from: 'dataset:b', to: 'run:b', what: 'was learned from' },
    { from: 'dataset:a', to: 'dataset:b', what: 'was filtered into' },
    { from: 'version:1', to: 'rollout:r1', what: 'rolled out' },
    { from: 'version:2', to: 'rollout:r2', what: 'rolled out' },
    { from: 'version:2', to: 'rollout:r3', what: 'rolled out' },
  ],
};
const ids = (graph: { nodes: readonly { id: string }[] }) => graph.nodes.map(({ id }) => id).toSorted();

describe('the lineage of a version', () => {
  it('names its predecessor, but not what that was made of or led to', () => {
    expect(ids(withoutPredecessors(lineage, '2'))).toEqual([
      'dataset:a',
      'dataset:b',
      'rollout:r2',
      'rollout:r3',
      'run:b',
      'version:1',
      'version:2',
    ]);
  });

  it('ends with the devices that run it, behind the version and no rollout that may have reached nobody', () => {
    const { nodes, edges } = withDevices(lineage, '2', 3);
    expect(edges.filter(({ to }) => to === 'devices:now')).toEqual([
      { from: 'version:2', to: 'devices:now', what: 'runs on' },
    ]);
    expect(nodes.at(-1)?.title).toBe('3 devices now');
  });

  it('stands in columns from the data to the devices, the newest on top', () => {
    const columns = placed(withDevices(lineage, '2', 0));
    expect(columns.map(({ kind }) => kind)).toEqual(['dataset', 'run', 'version', 'rollout', 'devices']);
    expect(columns[2]?.nodes.map(({ id }) => id)).toEqual(['version:2', 'version:1']);
  });
});
