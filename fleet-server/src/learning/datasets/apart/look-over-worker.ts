import { parentPort, type MessagePort } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { Dataset } from '../dataset.ts';
import { lookOver, type LookedOver } from './look-over.ts';

/** A piece of the text, or that it is whole and whether its rows are wanted back for keeping. */
export type LookOverRequest = string | { keep: boolean };

export type LookOverReply = LookedOver & { packed?: Uint8Array };

const port = parentPort as MessagePort;
const pieces: string[] = [];

port.on('message', (request: LookOverRequest) => {
  if (typeof request === 'string') {
    pieces.push(request);
    return;
  }
  const text = pieces.splice(0).join('');
  const looked = lookOver(JSON.parse(text) as Dataset);
  const reply: LookOverReply = request.keep ? { ...looked, packed: new Uint8Array(gzipSync(text)) } : looked;
  port.postMessage(reply, []);
  port.close();
});
