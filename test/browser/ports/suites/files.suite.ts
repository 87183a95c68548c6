import { describe, expect, it } from 'vitest';
import { openFiles } from '../../../../agent/src/browser/storage/open-files.ts';
import { createOpfsFiles } from '../../../../agent/src/browser/storage/opfs-files.ts';
import { filesOfATablet } from './files-of-a-tablet.ts';

const hasFileSystem = await navigator.storage
  ?.getDirectory()
  .then(() => true)
  .catch(() => false);

describe.skipIf(!hasFileSystem)('the files of a tablet, in its private file system', () => {
  filesOfATablet(async (folder) => createOpfsFiles(folder));
});

describe('the files an agent opens', () => {
  it('are there, whatever this browser has', async () => {
    const { files, hasAny } = await openFiles();
    await files.write('slots/delay/A/model.onnx', 0, Uint8Array.of(1, 2));
    expect(await hasAny()).toBe(true);
    const again = await openFiles();
    expect(await again.files.read('slots/delay/A/model.onnx')).toEqual(Uint8Array.of(1, 2));
  });
});
