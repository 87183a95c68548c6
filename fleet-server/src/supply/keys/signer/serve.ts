import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { isCodedError } from '@plumbline/shared/errors';
import { fromBase64, toBase64 } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import type { Desk } from '../desk/desk.ts';
import { createFrameReader, encodeFrame } from './frames.ts';
import { faultOf, request, type Answer, type Request } from './messages.ts';
import { answers, checkSocketPath } from './socket-path.ts';

const MAX_CONNECTIONS = 16;

/**
 * Answers on a Unix socket that its owner alone can open: folder 0700, socket 0600; with `group`, 0750 and 0660, for a
 * server that runs as another user. A socket left behind by a process that was killed is replaced.
 * @throws KeyError `signer_running` when somebody answers there, `socket_path_too_long`, `keys_unwritable`
 */
export async function serveDesk(
  desk: Desk,
  socketPath: string,
  options: { group?: boolean } = {},
): Promise<{ close(): Promise<void> }> {
  checkSocketPath(socketPath);
  const folder = dirname(socketPath);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, options.group === true ? 0o750 : 0o700);
  if (await answers(socketPath)) {
    throw new KeyError('signer_running', `${socketPath}: a signer answers there already`, {
      kind: 'conflict',
      field: 'socket',
    });
  }
  await rm(socketPath, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serveConnection(desk, socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, socketPath);
  await chmod(socketPath, options.group === true ? 0o660 : 0o600);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
      await desk.close();
    },
  };
}

function serveConnection(desk: Desk, socket: Socket): void {
  const read = createFrameReader();
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    // Nothing more is read before these are answered and the answers are taken: that bounds what is held here.
    socket.pause();
    answerAll(desk, read, chunk)
      .then((frames) => {
        if (socket.destroyed || socket.write(frames)) socket.resume();
        else socket.once('drain', () => socket.resume());
      })
      .catch(() => socket.destroy());
  });
}

async function answerAll(desk: Desk, read: (chunk: Uint8Array) => unknown[], chunk: Uint8Array): Promise<Buffer> {
  const requests = read(chunk).map((message) => request.parse(message));
  return Buffer.concat((await Promise.all(requests.map((one) => answerOne(desk, one)))).map(encodeFrame));
}

async function answerOne(desk: Desk, asked: Request): Promise<Answer> {
  try {
    return { id: asked.id, ok: await carryOut(desk, asked) };
  } catch (error) {
    return { id: asked.id, error: faultOf(narrow(error)) };
  }
}

async function carryOut(desk: Desk, asked: Request): Promise<unknown> {
  switch (asked.ask) {
    case 'describe': {
      const { director, builder, timestamp, snapshot, caPem } = desk;
      const keys = {
        director: director.publicKey,
        builder: builder.publicKey,
        timestamp: timestamp.publicKey,
        snapshot: snapshot.publicKey,
      };
      return { caPem, keys };
    }
    case 'sign': {
      const signer = desk[asked.role];
      if (signer.keyId !== asked.keyId) {
        throw new KeyError('keys_disagree', `signer: the ${asked.role} key was replaced`, {
          kind: 'conflict',
          field: 'keyId',
          expected: signer.keyId,
        });
      }
      return { signature: toBase64(await signer.sign(fromBase64(asked.document))) };
    }
    case 'device-certificate': {
      const { site, device, publicKey, now } = asked;
      return desk.issueDeviceCertificate({ site, device, publicKey, now });
    }
    case 'server-certificate': {
      const { names, publicKey, now } = asked;
      return { serial: '', ...(await desk.issueServerCertificate({ names, publicKey, now })) };
    }
  }
}

/** A fault of ours leaves by its name only: its words might hold what a key file holds. */
function narrow(error: unknown): KeyError {
  if (error instanceof KeyError) return error;
  const code = isCodedError(error) ? error.code : 'internal_error';
  return new KeyError('document_refused', `the signer could not sign this (${code})`, { kind: 'refused' });
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new KeyError('keys_unwritable', `${socketPath}: cannot listen there (${cause.code})`, {
          kind: 'unavailable',
          field: 'socket',
        }),
      );
    });
    server.listen(socketPath, resolve);
  });
}
