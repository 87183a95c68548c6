import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KeyError } from '../errors.ts';

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the closing zero included. */
const MAX_BYTES = 103;

/** @throws KeyError `socket_path_too_long`: the system would cut it off and listen somewhere else. */
export function checkSocketPath(path: string): void {
  const length = Buffer.byteLength(path);
  if (length <= MAX_BYTES) return;
  throw new KeyError('socket_path_too_long', `${path}: ${length} bytes`, {
    field: 'socket',
    expected: `a path of at most ${MAX_BYTES} bytes`,
  });
}

/** Where the signer of a state folder listens: below it, or where the path is too long below the system's own folder. */
export function socketPathOf(stateFolder: string): string {
  const near = resolve(stateFolder, 'signer', 'signer.sock');
  if (Buffer.byteLength(near) <= MAX_BYTES) return near;
  const name = createHash('sha256').update(resolve(stateFolder)).digest('hex').slice(0, 16);
  return join(tmpdir(), `plumbline-${process.getuid?.() ?? 0}-${name}`, 'signer.sock');
}

/** Whether a process accepts connections there. */
export function answers(path: string): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.once('error', () => settle(false));
  });
}
