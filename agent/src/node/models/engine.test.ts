import { describe, expect, it } from 'vitest';
import { NodeAgentError } from '../errors.ts';
import { chooseEngine, createInference, type Engine, type Machine } from './engine.ts';

const here = createInference('onnxruntime-web').runtime;
const installed = new Map([
  ['onnxruntime-node', new URL('../../../node_modules/onnxruntime-node', import.meta.url).pathname],
  ['onnxruntime-web', '/elsewhere/onnxruntime-web'],
]);

const machine = (over: Partial<Machine> & { without?: string[] } = {}): Machine => ({
  platform: 'linux',
  arch: 'x64',
  musl: false,
  folderOf: (name) => (over.without?.includes(name) ? undefined : installed.get(name)),
  ...over,
});

const cases: [string, Engine, Machine, Engine, RegExp | undefined][] = [
  ['native where it is built for', 'onnxruntime-node', machine(), 'onnxruntime-node', undefined],
  [
    'native without the other',
    'onnxruntime-node',
    machine({ without: ['onnxruntime-web'] }),
    'onnxruntime-node',
    undefined,
  ],
  ['what the profile names', 'onnxruntime-web', machine(), 'onnxruntime-web', undefined],
  ['wasm on 32-bit Arm', 'onnxruntime-node', machine({ arch: 'arm' }), 'onnxruntime-web', /no build for linux on arm/],
  ['wasm on musl', 'onnxruntime-node', machine({ musl: true }), 'onnxruntime-web', /needs glibc/],
  [
    'wasm where npm skipped the native one',
    'onnxruntime-node',
    machine({ without: ['onnxruntime-node'] }),
    'onnxruntime-web',
    /not installed/,
  ],
];

describe('the engine of a gateway', () => {
  it.each(cases)('is %s', (_, asked, of, engine, because) => {
    const chosen = chooseEngine(asked, of);
    expect(chosen.engine).toBe(engine);
    expect(chosen.because ?? 'as the profile says').toMatch(because ?? /^as the profile says$/);
  });

  it('is refused where neither is installed, which says nothing of a model', () => {
    const bare = machine({ without: ['onnxruntime-node', 'onnxruntime-web'] });
    expect(() => chooseEngine('onnxruntime-node', bare)).toThrow(NodeAgentError);
    expect(() => chooseEngine('onnxruntime-web', bare)).toThrow(/onnxruntime-web is not installed/);
  });

  it('tells its version before a model has brought it into memory', () => {
    expect(here).toMatch(/^onnxruntime-web \d+\.\d+\.\d+$/);
  });
});
