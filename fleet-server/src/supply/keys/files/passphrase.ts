import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ReadStream } from 'node:tty';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { KeyError } from '../errors.ts';
import type { Passphrase } from './open-key.ts';

export interface PassphraseSources {
  /** A file that holds the passphrase of every key; its last line break does not belong to it. */
  file?: string | undefined;
  /** From the environment. */
  given?: string | undefined;
  /** A terminal to ask at, once a key; the passphrase of a file that is yet to be made is asked for twice. */
  terminal?: { input: ReadStream; output: NodeJS.WriteStream } | undefined;
}

/** Where the passphrases of a command come from: a file, the environment, or a person. */
export function passphraseFrom(sources: PassphraseSources): Passphrase {
  return async (path) => {
    if (sources.file !== undefined) return readPassphraseFile(sources.file);
    if (sources.given !== undefined && sources.given !== '') return sources.given;
    const { terminal } = sources;
    if (terminal === undefined || !terminal.input.isTTY) return undefined;
    const again = existsSync(path) ? [] : ['Again: '];
    const [typed, repeated = typed] = await askHidden(terminal, [`Passphrase for ${path}: `, ...again]);
    if (repeated === typed) return typed;
    throw new KeyError('passphrase_wrong', 'the two passphrases differ', { kind: 'refused', field: 'passphrase' });
  };
}

async function readPassphraseFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new KeyError('passphrase_needed', `${path}: cannot be read`, {
      field: '--passphrase-file',
      kind: 'not-found',
    });
  });
  return text.replace(/\r?\n$/, '');
}

/** The terminal echoes through readline's output, and that goes nowhere. Who ends the input answers nothing more. */
async function askHidden({ input, output }: NonNullable<PassphraseSources['terminal']>, questions: string[]) {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: silent, terminal: true });
  const lines = reader[Symbol.asyncIterator]();
  const answers: string[] = [];
  try {
    for (const question of questions) {
      output.write(question);
      const line = await lines.next();
      output.write('\n');
      if (line.done === true) return [];
      answers.push(line.value);
    }
    return answers;
  } finally {
    reader.close();
  }
}
