import { DESK_ROLES } from '../desk/desk.ts';
import { caKeyId } from '../documents/ca-key-id.ts';
import { connectDesk } from './connect.ts';
import { answers } from './socket-path.ts';

/** Key ids of the signer that answers on this socket; undefined when none does. */
export async function askSigner(socketPath: string): Promise<{ socketPath: string; keyIds: string[] } | undefined> {
  if (!(await answers(socketPath))) return undefined;
  const desk = await connectDesk(socketPath);
  try {
    return { socketPath, keyIds: [...DESK_ROLES.map((role) => desk[role].keyId), caKeyId(desk.caPem) ?? ''] };
  } finally {
    await desk.close();
  }
}
