import { table } from '@plumbline/shared/api';
import type { CeremonyResult } from './perform.ts';
import type { KeysStatus } from './status.ts';

/** What a ceremony made, and what is to be done with it. */
export function ceremonyText(folder: string, { bring, keep, retired }: CeremonyResult): string {
  return [
    `in ${folder}:`,
    ...list('bring to the keys folder of the server, then start it and its signer again:', bring),
    ...list('keep away from the server, each on its own stick:', keep),
    ...list('replaced; destroy once the change has arrived everywhere:', retired),
  ].join('\n');
}

function list(title: string, paths: string[]): string[] {
  return paths.length === 0 ? [] : [title, ...paths.map((one) => `  ${one}`)];
}

/** `keys status` for a person; what is alarming comes first. */
export function statusText(status: KeysStatus): string {
  const all = [
    ...status.warnings,
    ...status.documents.flatMap((one) => one.warnings.map((warning) => `${one.document}: ${warning}`)),
    ...status.keys
      .filter((key) => !status.development && key.warnings.length > 0)
      .map((key) => `${key.role} ${key.keyId.slice(0, 12)}: ${key.warnings.join('; ')}`),
  ];
  return [
    ...all.map((warning) => `! ${warning}`),
    table(
      ['role', 'key', 'type', 'private key', 'protection', 'lines'],
      status.keys.map((key) => [
        key.role,
        key.keyId.slice(0, 12),
        key.type,
        `${'path' in key.privateKey ? key.privateKey.path : key.privateKey.where}${
          key.privateKey.where === 'signer process' ? ' (signer process)' : ''
        }`,
        key.development ? 'DEVELOPMENT' : key.protection,
        key.lines.join(' '),
      ]),
    ),
    table(
      ['document', 'version', 'expires', 'days left'],
      status.documents.map((one) => [
        one.document,
        one.version ?? '',
        one.expires?.slice(0, 10) ?? '',
        one.daysLeft ?? '',
      ]),
    ),
    `root ${status.thresholds.root} and targets ${status.thresholds.targets} must sign; root SHA-256 ${status.rootSha256}`,
    `floors: ${
      Object.entries(status.floors)
        .map(([line, floor]) => `${line} ${floor}`)
        .join(', ') || 'none'
    }`,
  ].join('\n');
}
