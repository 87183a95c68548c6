import { parseArgs } from 'node:util';
import { describeError, exitCodeOf } from '@plumbline/shared/api';
import { runSigner } from './run-signer.ts';

/**
 * What `startSigner` runs: the same as `plumbline signer --with-parent`, without loading the rest of the command line.
 * One line on standard output when it answers; one line of JSON on standard error when it cannot.
 */
const { values } = parseArgs({ options: { keys: { type: 'string' }, socket: { type: 'string' } } });
try {
  await runSigner({
    keysFolder: values.keys ?? '',
    socketPath: values.socket ?? '',
    withParent: true,
    passphrase: () => process.env['PLUMBLINE_PASSPHRASE'],
    ready: () => process.stdout.write('ready\n'),
  });
} catch (error) {
  process.stderr.write(`${describeError(error, true)}\n`);
  process.exitCode = exitCodeOf(error);
}
