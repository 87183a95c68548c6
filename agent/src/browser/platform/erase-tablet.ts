import { eraseDeviceKey } from './device-key.ts';
import type { TabletDatabase } from '../storage/tablet-database.ts';
import { LEFT, OF_THE_FLEET } from '../view/page-shelf.ts';

/** What lies beside the rows goes with them; that this tablet left stays, so that nobody takes it for a loss. @throws StoreError */
export async function eraseTablet(database: TabletDatabase): Promise<void> {
  await database.write('page', (page) => {
    for (const name of OF_THE_FLEET) page.delete(name);
    page.put(true, LEFT);
  });
  await eraseDeviceKey(database);
}
