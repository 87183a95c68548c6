import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { firstExecutable, freePort, runToEnd, startUntil, stopChild, type Found } from './child.ts';

export interface Postgres {
  /** Address of a new database, as a superuser without a password: empty, or with what another one has, which nobody may have open. */
  freshDatabase(like?: string): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

const VERSIONS = '/usr/lib/postgresql';

/** The folder with PostgreSQL's server programs, or why there is none. */
export function findPostgres(): Found<string> {
  const folders = [...debianFolders(), ...(process.env['PATH'] ?? '').split(delimiter)];
  const service = folders.find((folder) => firstExecutable([join(folder, 'initdb')]) !== undefined);
  return service === undefined ? { service: null, reason: 'the PostgreSQL server is not installed' } : { service };
}

function debianFolders(): string[] {
  try {
    return readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'bin'));
  } catch {
    return [];
  }
}

/** A PostgreSQL of its own on a free port with its data in a temporary folder. @param settings such as `fsync=off` */
export async function startPostgres(settings: readonly string[] = []): Promise<Found<Postgres>> {
  const found = findPostgres();
  if (found.service === null) return found;
  const programs = found.service;
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-postgres-'));
  const user = ordinaryUser();
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const options = { cwd: folder, ...user };
  const data = join(folder, 'data');
  const initial = ['--pgdata', data, '--username', 'plumbline', '--auth', 'trust', '--encoding', 'UTF8', '--no-sync'];
  await runToEnd(join(programs, 'initdb'), initial, options);
  const port = await freePort();
  const set = settings.flatMap((setting) => ['-c', setting]);
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...set];
  const launch = () => startUntil(/ready to accept connections/, join(programs, 'postgres'), args, options);
  let child = await launch();
  let databases = 0;
  const postgres: Postgres = {
    async freshDatabase(like) {
      const template = like === undefined ? [] : ['--template', new URL(like).pathname.slice(1)];
      const name = `plumbline_${(databases += 1)}`;
      const server = ['-h', '127.0.0.1', '-p', String(port), '-U', 'plumbline'];
      await runToEnd(join(programs, 'createdb'), [...server, ...template, name], options);
      return `postgres://plumbline@127.0.0.1:${port}/${name}`;
    },
    // SIGINT is its "fast" way to stop: open sessions are closed.
    stop: () => stopChild(child, 'SIGINT'),
    async start() {
      child = await launch();
    },
    async remove() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return { service: postgres };
}

/** PostgreSQL refuses to run as root, so root lends it the rights of `nobody`. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') };
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
}
