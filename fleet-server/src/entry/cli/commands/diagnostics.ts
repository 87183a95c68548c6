import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { CodedError, codeOf } from '@plumbline/shared/errors';
import type { DiagnosticsAnswer } from '../../../insight/telemetry/index.ts';
import type { Client } from '../../approver/index.ts';
import { connect, type Global } from '../connection.ts';
import { print } from '../output.ts';

interface Flags {
  request?: string;
  ask?: boolean;
  wait?: string;
  maxBytes?: string;
  out?: string;
}

const POLL_MS = 500;
/** Codes that say: not yet. */
const PENDING = ['diagnostics_unknown', 'diagnostics_incomplete'];

/** `devices diagnostics DEVICE`: what a device tells of itself, redacted by the device. */
export function addDiagnostics(devices: Command): void {
  devices
    .command('diagnostics <device>')
    .description('read the newest diagnostics bundle of a device, or ask for a new one')
    .option('--ask', 'ask for a new one; it comes when the device hears of it and its link allows it')
    .option('--max-bytes <n>', 'with --ask: most bytes the answer may take on the link (default: 262144)')
    .option('--request <n>', 'the answer to this request instead of the newest')
    .option('--wait <seconds>', 'wait so long for the answer')
    .option('--out <file>', 'write the bundle there as JSON')
    .action(async (device: string, flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const client = await connect(global);
      const path = `/api/v1/devices/${encodeURIComponent(device)}/diagnostics`;
      let request = countOf('request', flags.request);
      const seconds = countOf('wait', flags.wait) ?? 0;
      if (flags.ask) {
        const maxBytes = countOf('maxBytes', flags.maxBytes);
        const asked = await client.post<{ request: number }>(path, maxBytes === undefined ? {} : { maxBytes });
        request = asked.request;
        if (flags.wait === undefined) return print(asked, global.json, () => `request ${request} is on its way`);
      }
      const answer = await read(client, request === undefined ? path : `${path}?request=${request}`, seconds);
      if (flags.out === undefined) return print(answer, global.json, () => JSON.stringify(answer.bundle, null, 2));
      await writeFile(flags.out, `${JSON.stringify(answer.bundle, null, 2)}\n`);
      print({ ...answer, bundle: flags.out }, global.json, () => `${flags.out}: answer to request ${answer.request}`);
    });
}

async function read(client: Client, path: string, seconds: number): Promise<DiagnosticsAnswer> {
  for (let leftMs = seconds * 1000; ; leftMs -= POLL_MS) {
    try {
      return await client.get<DiagnosticsAnswer>(path);
    } catch (error) {
      if (leftMs <= 0 || !PENDING.includes(codeOf(error))) throw error;
      await wait(POLL_MS);
    }
  }
}

function countOf(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new CodedError('config_invalid', `${field}: ${text}`, { field, expected: 'a whole number above 0' });
}
