import { eraseDeviceKey } from './device-key.ts';
import { writeTo } from '../storage/database.ts';
import { LEFT, OF_THE_FLEET } from '../view/page-shelf.ts';

/** What lies beside the rows goes with them; that this tablet left stays, so that nobody takes it for a loss. @throws StoreError */
export async function eraseTablet(database: IDBDatabase): Promise<void> {
  const gone = Object.fromEntries(OF_THE_FLEET.map((name) => [name, undefined]));
  await writeTo(database, 'page', { ...gone, [LEFT]: true });
  await eraseDeviceKey(database);
}
