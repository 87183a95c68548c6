import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resolveProfile } from '@plumbline/firmware-profiles';
import { buildAgent } from './build-agent.ts';

/** `npm run -s build:agent -- [FOLDER] [--profile ID]`: the agent as one file, by default into `agent/dist`. */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { profile: { type: 'string' } } });
const outDir = resolve(positionals[0] ?? fileURLToPath(new URL('../dist', import.meta.url)));
const profile = values.profile === undefined ? undefined : resolveProfile(values.profile);
const { file, sizeBytes, natives } = await buildAgent(outDir, profile);
const beside = Object.entries(natives).map(([name, version]) => `${name} ${version}`);
process.stdout.write(`${file}: ${Math.round(sizeBytes / 1024)} KB of JavaScript in one file
not in it, because they are machine code: ${beside.join(', ')}
on the gateway: npm install --omit=dev --ignore-scripts in the folder of the file
`);
