import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { firstExecutable, type Found } from '../services/child.ts';
import { findXvfb, startDisplay } from './display.ts';
import { engineOf, newProfile, type Engine, type EngineOptions, type Launch } from './engine.ts';

/** The authorities that GnuTLS believes on Debian; no setting and no variable names another file. */
const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Where the small browser of WebKitGTK is, or why it is not. */
export function findWebKitGtk(): Found<string> {
  const service = firstExecutable(globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser'));
  if (service === undefined) return { service: null, reason: 'webkit2gtk (libwebkit2gtk-4.1-0) is not installed' };
  const { reason } = findXvfb();
  return reason === undefined ? { service } : { service: null, reason };
}

/** WebKitGTK as Debian ships it, with the features that are on by default, on a screen of its own. */
export async function startWebKitGtk({ caPem }: EngineOptions = {}): Promise<Found<Engine>> {
  const found = findWebKitGtk();
  const xvfb = findXvfb();
  if (found.service === null) return found;
  if (xvfb.service === null) return xvfb;
  const command = found.service;
  const profile = await newProfile('webkitgtk');
  const display = await startDisplay(xvfb.service);
  const env = {
    HOME: profile,
    XDG_CACHE_HOME: join(profile, 'cache'),
    XDG_CONFIG_HOME: join(profile, 'config'),
    XDG_DATA_HOME: join(profile, 'data'),
    XDG_RUNTIME_DIR: profile,
    DISPLAY: display.name,
    // Neither the desktop nor its settings of whoever runs the tests.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    GIO_USE_VFS: 'local',
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
  };
  const version = execFileSync(command, ['--version'], { encoding: 'utf8', env: { ...process.env, ...env } }).trim();
  let launch = (url: string): Launch => ({ command, args: [url], env });
  if (caPem !== undefined) {
    const authorities = join(profile, 'authorities.pem');
    await writeFile(authorities, (await readFile(SYSTEM_AUTHORITIES, 'utf8')) + caPem);
    launch = (url) => ({ ...seeing(authorities, [command, url]), env });
  }
  return { service: engineOf({ name: 'webkitgtk', version }, profile, launch, display.remove) };
}

/** A program that finds this file in the place of the system's authorities, and nobody else does. */
function seeing(authorities: string, program: readonly string[]): Launch {
  const instead = `mount --bind "$0" ${SYSTEM_AUTHORITIES} && exec "$@"`;
  const room = process.getuid?.() === 0 ? ['--mount'] : ['--map-root-user', '--mount'];
  return { command: 'unshare', args: [...room, 'sh', '-c', instead, authorities, ...program] };
}
