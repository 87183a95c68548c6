import { statSync } from 'node:fs';
import { findToken, readTokenFile, type Token } from './token-file.ts';

/** The tokens that hold now: a line taken out of the file ends with the next request. */
export interface Tokens {
  find(given: string): Token | undefined;
}

/**
 * @param onProblem a file that became unreadable lets nobody in
 * @throws NodeAgentError `config_invalid` naming `tokenFile`, when it is unreadable from the start
 */
export function openTokens(path: string, onProblem: (error: unknown) => void): Tokens {
  let version = versionOf(path);
  let tokens = readTokenFile(path);
  const refresh = () => {
    const now = versionOf(path);
    if (now === version) return;
    version = now;
    try {
      tokens = readTokenFile(path);
    } catch (error) {
      tokens = [];
      onProblem(error);
    }
  };
  return {
    find(given) {
      refresh();
      return findToken(tokens, given);
    },
  };
}

function versionOf(path: string): string {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? '' : `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`;
}
