import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';

/**
 * Ends a server behind the answers under way. A browser opens connections ahead of what it will ask, which Node does not
 * count as idle: whoever waits for no answer goes at once, the others behind theirs.
 * @param connected event of a connection that may ask something: `secureConnection` behind TLS
 */
export function letGo(server: Server, connected: 'connection' | 'secureConnection'): () => Promise<void> {
  const waiting = new Map<Socket, number>();
  let isClosing = false;
  server.on(connected, (socket: Socket) => {
    waiting.set(socket, 0);
    socket.once('close', () => waiting.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (waiting.get(socket) ?? 1) - 1;
      if (isClosing && left === 0) socket.destroySoon();
      else if (waiting.has(socket)) waiting.set(socket, left);
    });
  });
  return () =>
    new Promise((resolve) => {
      isClosing = true;
      server.close(() => resolve());
      for (const [socket, answers] of waiting) if (answers === 0) socket.destroy();
    });
}
