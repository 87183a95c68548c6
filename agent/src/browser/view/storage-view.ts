import type { StorageView } from '../door/site-view.ts';
import { originStorage } from '../platform/origin-storage.ts';

/** WebKit keeps its promise only to an app on the home screen, and throws away the rest after a week unused. */
const WEBKIT = /AppleWebKit\/(?!.*(Chrome|Chromium|Edg)\/)/;

/** What the browser says of its storage. */
export async function storageViewOf(installed: boolean): Promise<StorageView> {
  const storage = originStorage();
  const [persisted, { usage, quota } = {}] = await Promise.all([storage?.persisted(), storage?.estimate()]);
  return {
    ...(persisted !== undefined && { persisted }),
    needsInstall: WEBKIT.test(navigator.userAgent),
    installed,
    ...(usage !== undefined && { usageBytes: usage }),
    ...(quota !== undefined && { quotaBytes: quota }),
  };
}
