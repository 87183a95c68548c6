import type { Command } from 'commander';
import { configOf } from '../config.ts';
import { enrolNode } from '../enrol-node.ts';
import { print } from './output.ts';

interface Flags {
  json: boolean;
  state?: string;
  profile?: string;
  proxy?: string;
  wait: string;
  development?: boolean;
}

/** `enrol CODE`: once per device, by whoever installs it; again with the same code when nobody approved it in time. */
export function addEnrol(program: Command): void {
  program
    .command('enrol <code>')
    .description('give this gateway its name: makes its key and trades the one-time code of the installer')
    .option('--profile <id>', 'firmware profile; detected when left out')
    .option('--wait <minutes>', 'how long to ask again while a person at the office compares fingerprints', '15')
    .option('--development', 'allow what must not run on a site: plain HTTP on loopback')
    .action(async (code: string, _own: unknown, command: Command) => {
      const { json, wait, development = false, ...flags } = command.optsWithGlobals<Flags>();
      const { stateFolder, profile, proxy } = configOf({ ...flags, development });
      // The agent's timers keep no process alive; this command has to wait for a person.
      const alive = setInterval(() => undefined, 60_000);
      const enrolled = await enrolNode({
        code,
        stateFolder,
        profile,
        proxy,
        development,
        waitMs: Number(wait) * 60_000,
        // On standard error: the answer on standard output comes later, and is one for programs too.
        onPending: (shown) => console.error(`waits for approval; read this out to the office: ${shown}`),
      }).finally(() => clearInterval(alive));
      const { site, device, mqttUrl, profile: chosen, fingerprint } = enrolled;
      print({ site, device, mqttUrl, profile: chosen, fingerprint }, json, () =>
        [`enrolled as ${site}/${device} (${chosen})`, `fingerprint ${fingerprint}`].join('\n'),
      );
    });
}
