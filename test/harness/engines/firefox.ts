import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { firstExecutable, type Found } from '../services/child.ts';
import { addAuthority, findCertutil } from '../services/trust-store.ts';
import { engineOf, newProfile, type Engine, type EngineOptions } from './engine.ts';

/** One group of origins gets a fifth of what Firefox may use in all. */
const GROUPS = 5;

/** Silent and offline: it asks nobody for updates, settings, lists or accounts, and does not mind having crashed. */
const PREFERENCES: Record<string, string | number | boolean> = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.aboutwelcome.enabled': false,
  'browser.newtabpage.enabled': false,
  'browser.region.update.enabled': false,
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'services.settings.server': 'data:,',
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.unified': false,
};

/** Where Firefox is, or why it is not. */
export function findFirefox(): Found<string> {
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const service = firstExecutable(folders.map((folder) => join(folder, 'firefox-esr')));
  return service === undefined ? { service: null, reason: 'firefox-esr is not installed' } : { service };
}

/** A headless Firefox of its own with its profile in a temporary folder. */
export async function startFirefox({ roomBytes, caPem }: EngineOptions = {}): Promise<Found<Engine>> {
  const found = findFirefox();
  if (found.service === null) return found;
  const command = found.service;
  const profile = await newProfile('firefox');
  const preferences = {
    ...PREFERENCES,
    ...(roomBytes !== undefined && {
      'dom.quotaManager.temporaryStorage.fixedLimit': Math.floor((roomBytes * GROUPS) / 1024),
    }),
  };
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  await writeFile(join(profile, 'user.js'), lines.join(''));
  if (caPem !== undefined) {
    const certutil = findCertutil();
    if (certutil.service === null) return certutil;
    await addAuthority(certutil.service, profile, caPem);
  }
  const version = execFileSync(command, ['--version'], { encoding: 'utf8' }).trim();
  const launch = (url: string) => ({
    command,
    args: ['--headless', '--no-remote', '--profile', profile, url],
    env: { HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' },
  });
  return { service: engineOf({ name: 'firefox', version, ...(roomBytes && { roomBytes }) }, profile, launch) };
}
