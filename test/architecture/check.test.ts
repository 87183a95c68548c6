import { describe, expect, it } from 'vitest';
import { check } from './check.ts';

/** One file with one line of source, and the rest of the message that must come out, after `path:1 `. */
const breaches: [path: string, source: string, message: RegExp][] = [
  ['shared/src/wire/a.ts', `import { x } from '@plumbline/firmware-profiles';`, /shared imports no workspace package/],
  ['shared/src/wire/a.ts', `import type { X } from '@plumbline/agent/core';`, /shared imports no workspace package/],
  ['shared/src/wire/a.ts', `import { x } from '../../../agent/src/index.ts';`, /shared imports no workspace package/],
  ['shared/src/wire/a.ts', `import { hash } from 'node:crypto';`, /shared is isomorphic/],
  ['shared/src/wire/a.ts', `import { hash } from 'crypto';`, /shared is isomorphic/],
  ['shared/src/wire/a.ts', `import { readFile } from 'fs/promises';`, /shared is isomorphic/],
  ['firmware-profiles/src/fits.ts', `import { x } from '@plumbline/agent';`, /firmware-profiles imports shared only/],
  ['firmware-profiles/src/fits.ts', `import { x } from 'node:fs';`, /lint-main\.ts only/],
  ['agent/src/node/a.ts', `import { x } from '@plumbline/fleet-server';`, /meet only in shared/],
  ['agent/src/link/a.ts', `import { x } from 'node:timers/promises';`, /through ports only/],
  ['agent/src/link/a.ts', `import * as ort from 'onnxruntime-node';`, /through ports only/],
  ['agent/src/link/a.ts', `import * as ort from 'onnxruntime-web/wasm';`, /through ports only/],
  ['agent/src/link/a.ts', `import type { MqttClient } from 'mqtt';`, /through ports only/],
  ['agent/src/agent.ts', `const db = await import('better-sqlite3');`, /through ports only/],
  ['agent/src/agent.ts', `export { x } from './node/index.ts';`, /through ports only/],
  ['agent/src/agent.ts', `export * from '@plumbline/agent/node';`, /through ports only/],
  ['agent/src/agent.ts', `type X = import('./browser/store.ts').Store;`, /through ports only/],
  ['agent/src/agent.ts', `import fs = require('node:fs');`, /through ports only/],
  ['agent/src/agent.ts', 'const fs = await import(`node:fs`);', /through ports only/],
  ['agent/src/agent.ts', `const fs = require('node:fs');`, /through ports only/],
  ['agent/src/agent.ts', `const url = import.meta.resolve('./node/trial.ts');`, /through ports only/],
  ['agent/src/update/plan.ts', `import type { Store } from '../ports/store.ts';`, /update is pure/],
  ['agent/src/update/plan.ts', `import mqtt from 'mqtt';`, /update is pure/],
  ['agent/tablet/src/app.ts', `import { x } from '@plumbline/agent/core';`, /browser door/],
  ['fleet-server/src/sites/devices/a.ts', `import { x } from '@plumbline/agent/core';`, /meet only in shared/],
  ['fleet-server/src/delivery/rehearsal/a.ts', `import { x } from '@plumbline/agent/node';`, /meet only in shared/],
  ['fleet-server/src/sites/devices/a.ts', `import { eq } from 'drizzle-orm';`, /platform\/db only/],
  ['fleet-server/src/delivery/rollouts/a.ts', `import { x } from '@plumbline/agent/simulated';`, /meet only in shared/],
  [
    'fleet-server/src/entry/http/a.ts',
    `import { x } from '../../platform/adapters/clock.ts';`,
    /only server\.ts, and workbench\.ts for commands without a server, import adapters/,
  ],
  [
    'fleet-server/src/sites/devices/a.ts',
    `import { x } from '../../platform/adapters/clock.ts';`,
    /only server\.ts, and workbench\.ts for commands without a server, import adapters/,
  ],
  ['fleet-server/src/sites/devices/a.ts', `import { x } from '../../entry/http/app.ts';`, /sites stands before entry/],
  ['fleet-server/src/sites/devices/a.ts', `import { Hono } from 'hono';`, /rooms never import hono/],
  ['fleet-server/src/sites/devices/a.ts', `import { z } from '@hono/zod-openapi';`, /rooms never import hono/],
  ['fleet-server/src/sites/devices/a.ts', `import Aedes from 'aedes';`, /aedes is known/],
  ['fleet-server/src/entry/http/a.ts', `import Aedes from 'aedes';`, /aedes is known/],
  ['fleet-server/src/entry/http/a.ts', `import { x } from '../../platform/db/index.ts';`, /never import db/],
  ['fleet-server/src/entry/mqtt/a.ts', `import type { Db } from '../../platform/db/database.ts';`, /never import db/],
  ['fleet-server/src/sites/devices/a.ts', `import { x } from '../../server.ts';`, /puts them together/],
  [
    'fleet-server/src/platform/db/a.ts',
    `import { x } from '../../supply/keys/index.ts';`,
    /platform stands before supply/,
  ],
  [
    'fleet-server/src/supply/models/a.ts',
    `import { x } from '../../learning/datasets/a.ts';`,
    /supply stands before learning/,
  ],
  ['fleet-server/src/supply/onnx/a.ts', `import { x } from '../models/index.ts';`, /onnx stands before models/],
  [
    'fleet-server/src/insight/telemetry/a.ts',
    `import { x } from '../drift/index.ts';`,
    /telemetry stands before drift/,
  ],
  ['fleet-server/src/gadgets/a/a.ts', `import { x } from '../../sites/devices/index.ts';`, /gadgets is no wing/],
  ['fleet-server/src/sites/people/a.ts', `import { x } from '../devices/index.ts';`, /sites\/people is no room/],
  ['fleet-server/console/src/a.ts', `import { x } from '../../src/platform/db/index.ts';`, /console imports shared/],
  ['fleet-server/src/main.ts', `import { x } from '../../test/harness/world.ts';`, /nothing imports test/],
  ['agent/src/node/a.ts', `import { x } from '@plumbline/test/harness';`, /nothing imports test/],
  ['agent/src/node/a.ts', `import { x } from './b.test.ts';`, /no source imports a test/],
];

const mentions: [source: string, name: string][] = [
  ['setTimeout(run, 5);', 'setTimeout'],
  ['globalThis.setTimeout(run, 5);', 'setTimeout'],
  [`globalThis['setInterval'](run, 5);`, 'setInterval'],
  ['const later = setInterval;', 'setInterval'],
  ['const now = Date.now();', 'Date'],
  ['const text = new Date(at).toISOString();', 'Date'],
  ['const clock = { Date };', 'Date'],
  ['const dice = Math.random();', 'Math.random'],
  [`const dice = Math['random']();`, 'Math.random'],
  ['const dice = Math?.random();', 'Math.random'],
  ['const { random } = Math;', 'Math.random'],
  ['const { random: dice } = globalThis.Math;', 'Math.random'],
  ['const { setTimeout: later } = globalThis;', 'setTimeout'],
  ['await crypto.subtle.digest(name, bytes);', 'crypto.subtle'],
  ['await self.crypto.subtle.digest(name, bytes);', 'crypto.subtle'],
  ['crypto.getRandomValues(bytes);', 'crypto.getRandomValues'],
  ['const at = performance.now();', 'performance.now'],
];

const allowed: [why: string, path: string, source: string][] = [
  [
    'shared rooms import each other and packages',
    'shared/src/wire/a.ts',
    `import { x } from '../trust/index.ts'; import { z } from 'zod';`,
  ],
  [
    'the profile linter reads the folder',
    'firmware-profiles/src/lint-main.ts',
    `import { readFile } from 'node:fs/promises';`,
  ],
  [
    'the agent core uses shared and the profiles',
    'agent/src/link/a.ts',
    `import { x } from '@plumbline/shared/wire'; import { y } from '@plumbline/firmware-profiles';`,
  ],
  [
    'the Node side of the agent uses everything it needs',
    'agent/src/node/a.ts',
    `import 'node:fs'; import 'mqtt'; import '../index.ts'; setTimeout(run, Date.now());`,
  ],
  [
    'update uses itself and shared',
    'agent/src/update/plan.ts',
    `import { x } from './machine.ts'; import { y } from '@plumbline/shared/update';`,
  ],
  [
    'a method or key of the same name is no global',
    'agent/src/link/a.ts',
    'clock.setTimeout(run, 5); const timers = { setTimeout: 1, Date: 2 }; class Timers { setInterval() {} }',
  ],
  [
    'names in comments and texts are no mention',
    'agent/src/link/a.ts',
    `// Date.now() is not used here\nconst hint = 'Date.now() and Math.random()';`,
  ],
  ['a port may be called crypto', 'agent/src/link/a.ts', 'await crypto.digest(bytes); const { digest } = crypto;'],
  [
    'rehearsal runs simulated agents',
    'fleet-server/src/delivery/rehearsal/a.ts',
    `import { createAgent } from '@plumbline/agent/core'; import { x } from '@plumbline/agent/simulated';`,
  ],
  [
    'server.ts puts the parts together',
    'fleet-server/src/server.ts',
    `import './platform/adapters/clock.ts'; import './entry/http/app.ts'; import './sites/devices/index.ts';`,
  ],
  [
    'adapters implement ports',
    'fleet-server/src/platform/adapters/aedes.ts',
    `import type { Broker } from '../ports/index.ts'; import 'aedes'; import './tls.ts';`,
  ],
  [
    'a later wing uses an earlier one',
    'fleet-server/src/learning/training/a.ts',
    `import '../datasets/a.ts'; import '../../platform/db/index.ts'; import '../../supply/onnx/index.ts';`,
  ],
  ['audit writes in a transaction of db', 'fleet-server/src/platform/audit/record.ts', `import '../db/index.ts';`],
  [
    'http knows hono and calls verbs',
    'fleet-server/src/entry/http/app.ts',
    `import 'hono'; import '../../sites/devices/index.ts';`,
  ],
  [
    'the console takes the types of the http app',
    'fleet-server/console/src/api.ts',
    `import type { App } from '../../src/entry/http/app.ts'; import '@plumbline/shared/api';`,
  ],
  [
    'the tablet enters by the browser door',
    'agent/tablet/src/app.tsx',
    `import '@plumbline/agent/browser'; export const view = <p>hello</p>;`,
  ],
];

/** Two files of these rooms of shared: a type one way, a value the other. */
function typeCycle(a: string, b: string): string[] {
  return check(
    new Map([
      [`shared/src/${a}/a.ts`, `import type { B } from '../${b}/b.ts';`],
      [`shared/src/${b}/b.ts`, `import { a } from '../${a}/a.ts';`],
    ]),
  );
}

describe('check', () => {
  it.each(breaches)('catches in %s: %s', (path, source, message) => {
    const found = check(new Map([[path, source]]));
    expect(found.filter((one) => one.startsWith(`${path}:1 imports `) && message.test(one))).toHaveLength(1);
  });

  it.each(mentions)('catches in the agent core: %s', (source, name) => {
    const found = check(new Map([['agent/src/link/a.ts', source]]));
    expect(found).toContain(
      `agent/src/link/a.ts:1 mentions ${name}: the agent core takes time, randomness and cryptography from its ports`,
    );
  });

  it.each(allowed)('allows that %s', (_, path, source) => {
    expect(check(new Map([[path, source]]))).toEqual([]);
  });

  it('names the line of the import, and what was written there', () => {
    const source = `import { a } from './a.ts';\n\nimport {\n  b,\n} from 'node:fs';\n`;
    expect(check(new Map([['shared/src/wire/x.ts', source]]))).toEqual([
      'shared/src/wire/x.ts:3 imports node:fs: shared is isomorphic: no node:*',
    ]);
  });

  it('refuses to pass over a file that does not parse', () => {
    expect(() => check(new Map([['shared/src/wire/x.ts', 'import {']]))).toThrow('shared/src/wire/x.ts');
  });

  it('catches a cycle of files, within one room as well', () => {
    const files = new Map([
      ['shared/src/wire/a.ts', `import './b.ts';`],
      ['shared/src/wire/b.ts', `export * from './c.ts';`],
      ['shared/src/wire/c.ts', `await import('./a.ts');`],
    ]);
    expect(check(files)).toEqual([
      'shared/src/wire/a.ts, shared/src/wire/b.ts, shared/src/wire/c.ts import each other in a cycle',
    ]);
  });

  it('catches a cycle that goes through the door of another package room', () => {
    const files = new Map([
      ['shared/src/wire/index.ts', `export * from '../trust/a.ts';`],
      ['shared/src/trust/a.ts', `import { x } from '@plumbline/shared/wire';`],
    ]);
    expect(check(files)).toHaveLength(1);
  });

  it('catches a file that imports itself', () => {
    expect(check(new Map([['shared/src/wire/a.ts', `import './a.ts';`]]))).toHaveLength(1);
  });

  it('lets types of one room refer to each other, but not types of two rooms', () => {
    expect(typeCycle('wire', 'wire')).toEqual([]);
    expect(typeCycle('wire', 'trust')).toEqual([
      'shared/src/trust/b.ts, shared/src/wire/a.ts import each other in a cycle of types over more than one room',
    ]);
  });
});
