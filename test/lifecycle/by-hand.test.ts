import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { freePort } from '../harness/services/child.ts';
import { foreign } from './iris-release.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEADLINE_MS = 240_000;

const port = async () => String(await freePort());

/** All `sh` blocks of the section, as one script. */
async function sectionByHand(): Promise<string> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const section = /^## By hand$(.*?)^## /ms.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/^```sh$(.*?)^```$/gms)].map(([, block]) => block).join('\n');
}

/** Runs it as a person would, from the root, in a process group of its own; what it leaves behind is ended with it. */
async function runInBash(script: string, environment: Record<string, string>) {
  const bin = join(ROOT, 'node_modules/.bin');
  const child = spawn('bash', ['-c', `set -euo pipefail\n${script}`], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const endGroup = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nobody of the group is left.
    }
  };
  process.once('exit', endGroup);
  const late = setTimeout(endGroup, DEADLINE_MS);
  const [exitCode] = (await once(child, 'exit')) as [number | null];
  clearTimeout(late);
  endGroup();
  process.off('exit', endGroup);
  return { exitCode, ...said };
}

describe.skipIf(foreign.absent)(`the README by hand${foreign.absent ? ` (${foreign.absent})` : ''}`, () => {
  it(
    'does what it says, command by command',
    async () => {
      const script = await sectionByHand();
      const asked = script.match(/\/v1\/predict/g)?.length ?? 0;
      expect(asked).toBeGreaterThan(0);
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-by-hand-'));

      try {
        const { exitCode, out, err } = await runInBash(script, {
          PLUMBLINE_STATE: join(folder, 'server'),
          PLUMBLINE_AGENT_STATE: join(folder, 'gateway'),
          PLUMBLINE_HTTP_PORT: await port(),
          PLUMBLINE_MQTT_PORT: await port(),
          PLUMBLINE_AGENT_PORT: await port(),
          PLUMBLINE_AGENT_FIRST_DELAY_MS: '500',
          PLUMBLINE_LOG_LEVEL: 'warn',
        });
        expect({ exitCode, err: exitCode === 0 ? '' : `${out}\n${err}` }).toEqual({ exitCode: 0, err: '' });
        // Every answer on the way is a prediction by the assigned version, and every one of them has arrived.
        expect(out.match(/"line":"iris","version":"1\.0\.0"/g)).toHaveLength(asked);
        expect(out).toMatch(new RegExp(`^prediction +${asked}$`, 'm'));
        expect(out).toMatch(/gateway-1 +site-a +linux-x64-dev .*iris@1\.0\.0/);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    DEADLINE_MS + 10_000,
  );
});
