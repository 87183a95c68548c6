import { spawnSync } from 'node:child_process';

/** Why this machine cannot show a process a read-only root; undefined: it can. */
export function whyNoReadOnlyRoot(): string | undefined {
  if (process.getuid?.() !== 0) return '(skipped: only root may mount)';
  const tried = spawnSync('unshare', ['--mount', 'sh', '-c', 'mount -o remount,bind,ro /'], { encoding: 'utf8' });
  if (tried.status === 0) return undefined;
  return `(skipped: no mount namespace here: ${tried.error?.message ?? tried.stderr.trim()})`;
}
