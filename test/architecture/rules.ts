/** The import table of the design (section 3) as data. `from` and `to` are matched as said at `targetOf` in resolve.ts. */
export interface ImportRule {
  /** Files the rule speaks about, by path from the root of the repository. */
  from: RegExp;
  /** What they must not import: a path, `node:…` or `npm:…`. */
  to: RegExp;
  /** Pairs that are allowed all the same. */
  unless?: readonly { from: RegExp; to: RegExp }[];
  rule: string;
}

const ROOM = /^fleet-server\/src\/(platform|supply|sites|insight|delivery|learning)\//;
const AGENT_CORE = /^agent\/src\/(?!node\/|browser\/)/;
const ANYTHING = /^/;

export const IMPORT_RULES: readonly ImportRule[] = [
  { from: /^shared\//, to: /^(firmware-profiles|agent|fleet-server)\//, rule: 'shared imports no workspace package' },
  { from: /^shared\//, to: /^node:/, rule: 'shared is isomorphic: no node:*' },
  { from: /^firmware-profiles\//, to: /^(agent|fleet-server)\//, rule: 'firmware-profiles imports shared only' },
  {
    from: /^firmware-profiles\/src\/(?!lint-main\.ts$)/,
    to: /^node:/,
    rule: 'firmware-profiles is read by the agent core: node:* in lint-main.ts only',
  },
  { from: /^agent\//, to: /^fleet-server\//, rule: 'agent and server meet only in shared' },
  {
    from: AGENT_CORE,
    to: /^(node:|npm:onnxruntime-|npm:mqtt$|npm:mqtt\/|npm:better-sqlite3|agent\/src\/(node|browser)\/)/,
    rule: 'the agent core reaches the outside through ports only',
  },
  {
    from: /^agent\/src\/update\//,
    to: /^(?!shared\/|agent\/src\/update\/|npm:zod$)/,
    rule: 'agent/src/update is pure: it imports shared, zod and itself only',
  },
  {
    from: /^agent\/tablet\//,
    to: /^agent\/src\/(?!browser\/)/,
    rule: 'the tablet enters the agent by its browser door',
  },
  {
    from: /^fleet-server\//,
    to: /^(agent\/|npm:@plumbline\/agent\/)/,
    unless: [
      { from: /^fleet-server\/src\/delivery\/rehearsal\//, to: /^agent\/src\/(simulated\/)?index\.ts$/ },
      {
        from: /^fleet-server\/src\/(server|entry\/cli\/trust\/approver)\.ts$/,
        to: /^npm:@plumbline\/agent\/trial$/,
      },
      {
        from: /^fleet-server\/src\/platform\/adapters\/lab\//,
        to: /^npm:@plumbline\/agent\/trial(\/child)?$/,
      },
      { from: /^fleet-server\/src\/entry\/demo\/agent-process\.ts$/, to: /^npm:@plumbline\/agent\/cli$/ },
    ],
    rule: 'agent and server meet only in shared; delivery/rehearsal alone may import @plumbline/agent/core and /simulated, what wires a process and platform/adapters/lab @plumbline/agent/trial, and the demo starts agents by @plumbline/agent/cli',
  },
  {
    from: /^fleet-server\/src\/(?!server\.ts$|workbench\.ts$|main\.ts$|platform\/adapters\/)/,
    to: /^fleet-server\/src\/platform\/adapters\//,
    rule: 'only server.ts, and workbench.ts for commands without a server, import adapters',
  },
  { from: ROOM, to: /^npm:(hono|@hono\/[^/]+)(\/|$)/, rule: 'rooms never import hono' },
  {
    from: /^fleet-server\/src\/(?!platform\/adapters\/|entry\/mqtt\/)/,
    to: /^npm:aedes/,
    rule: 'aedes is known to platform/adapters and entry/mqtt only',
  },
  {
    from: /^fleet-server\/src\/(?!platform\/db\/)/,
    to: /^npm:drizzle-orm/,
    rule: 'drizzle-orm is known to platform/db only',
  },
  {
    from: /^fleet-server\/src\/entry\/(http|mqtt)\//,
    to: /^fleet-server\/src\/platform\/db\//,
    rule: 'http and mqtt never import db',
  },
  {
    from: ROOM,
    to: /^fleet-server\/src\/(server|workbench|main|index)\.ts$/,
    rule: 'rooms never import what puts them together',
  },
  {
    from: /^fleet-server\/console\//,
    to: /^(firmware-profiles|agent)\/|^fleet-server\/src\/(?!entry\/http\/)/,
    rule: 'the console imports shared and the types of the http app only',
  },
  { from: ANYTHING, to: /^test\//, rule: 'nothing imports test' },
  { from: ANYTHING, to: /\.test\.ts$/, rule: 'no source imports a test' },
];

/**
 * Wings of the server in the order of the arrow, and their rooms: each may import what stands before it.
 * `retraining` runs a pipeline and so stands after it. In `platform` the design names the user before the used (audit and outbox write within a transaction of db),
 * so that wing stands here the other way round.
 */
export const WINGS: readonly { wing: string; rooms: readonly string[] }[] = [
  { wing: 'platform', rooms: ['ports', 'schedule', 'db', 'adapters', 'outbox', 'audit', 'access'] },
  { wing: 'supply', rooms: ['onnx', 'keys', 'repository', 'models'] },
  { wing: 'sites', rooms: ['devices', 'register', 'groups', 'activities'] },
  { wing: 'insight', rooms: ['telemetry', 'drift', 'alerts'] },
  { wing: 'delivery', rooms: ['rollouts', 'declared', 'rehearsal'] },
  {
    wing: 'learning',
    rooms: ['datasets', 'learners', 'training', 'experiments', 'pipelines', 'retraining', 'scoring'],
  },
  {
    wing: 'entry',
    rooms: [
      'webhooks',
      'mail',
      'identity',
      'audit-head',
      'report',
      'overview',
      'kept-answers',
      'http',
      'listeners',
      'mqtt',
      'approver',
      'demo',
      'seed',
      'cli',
      'testing',
    ],
  },
];

/** Globals by which a file would get around `Clock`, `Random` or `Crypto`; the simulation could not order it any more. */
export const MENTION_RULES = [
  {
    from: AGENT_CORE,
    names: [
      'setTimeout',
      'setInterval',
      'Date',
      'Math.random',
      'crypto.subtle',
      'crypto.getRandomValues',
      'crypto.randomUUID',
      'performance.now',
    ],
    rule: 'the agent core takes time, randomness and cryptography from its ports',
  },
] as const;

/** Words that say nothing about what a file or folder is for. */
export const EMPTY_NAMES = ['utils', 'helpers', 'common', 'manager', 'lib'] as const;

/** Everything that may stand at the top of the repository, besides files and folders that begin with a dot. */
export const TOP_LEVEL = [
  'agent',
  'fleet-server',
  'shared',
  'firmware-profiles',
  'test',
  'package.json',
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  // Installed or written by a run, and ignored by git.
  'node_modules',
  'coverage',
] as const;

/** From STYLE: the best quartile of the code bases we learn from. */
export const SIZES = {
  medianLines: 70,
  ninetiethLines: 200,
  sourceLines: 400,
  testLines: 600,
  filesInFolder: 12,
  /** Folders under `src`; a wing of the server is not counted. */
  levels: 2,
} as const;
