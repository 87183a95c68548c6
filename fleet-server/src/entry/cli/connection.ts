import { resolve } from 'node:path';
import { readAddress } from '../../state-folder.ts';
import { createClient, type Client } from '../approver/client.ts';

export interface Global {
  state: string;
  json: boolean;
}

/** A client for the server that runs on this state folder. */
export async function connect(options: Global): Promise<Client> {
  return createClient(await readAddress(resolve(options.state)));
}
