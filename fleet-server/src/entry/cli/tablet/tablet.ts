import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '@plumbline/shared/errors';
import { Agent, fetch } from 'undici';
import type { Global } from '../connection.ts';
import { print } from '../output.ts';
import { compareBuild, integrityList, type ComparedBuild, type IntegrityList } from './compare-build.ts';

const BUILT = join(import.meta.dirname, '../../../../../agent/tablet/dist/integrity.json');
const EXIT_REFUSED = 4;

interface VerifyFlags {
  list: string;
  ca?: string;
}

export function addTablet(program: Command): void {
  program
    .command('tablet')
    .description('the site app for tablets')
    .command('verify <url>')
    .description('whether a web server gives exactly the files of a build')
    .option('--list <file>', 'integrity.json of the build; the one built here without', BUILT)
    .option('--ca <file>', 'authority of the web server, PEM, where it is none that everybody knows')
    .action(async (url: string, flags: VerifyFlags, command: Command) => {
      const list = await readList(resolve(flags.list));
      const compared = await compareBuild(list, await loaderOf(url, flags.ca));
      print(compared, command.optsWithGlobals<Global>().json, () => sentences(url, compared));
      if (compared.altered.length + compared.missing.length > 0) process.exitCode = EXIT_REFUSED;
    });
}

async function readList(path: string): Promise<IntegrityList> {
  try {
    return integrityList.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new CodedError('integrity_list_invalid', `${path} cannot be read as the list of a build`, {
      field: '--list',
      expected: 'integrity.json as `npm run -s build:tablet` writes it',
      cause,
    });
  }
}

async function loaderOf(
  url: string,
  ca: string | undefined,
): Promise<(path: string) => Promise<Uint8Array | undefined>> {
  const base = url.endsWith('/') ? url : `${url}/`;
  const connect = ca === undefined ? {} : { ca: await readFile(ca, 'utf8') };
  const dispatcher = new Agent({ connect });
  return async (path) => {
    try {
      const response = await fetch(new URL(path, base), { dispatcher });
      return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
    } catch (cause) {
      throw new CodedError('host_unreachable', `${base} does not answer`, {
        kind: 'unavailable',
        field: 'url',
        expected: 'the address by which tablets open the app',
        cause,
      });
    }
  };
}

function sentences(url: string, { build, files, altered, missing }: ComparedBuild): string {
  if (altered.length + missing.length === 0) return `${url} gives build ${build}: ${files} files, every byte of them`;
  return [
    `${url} does NOT give build ${build}:`,
    ...altered.map((path) => `  other bytes: ${path}`),
    ...missing.map((path) => `  not there: ${path}`),
  ].join('\n');
}
