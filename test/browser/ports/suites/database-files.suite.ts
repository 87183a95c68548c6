import { describe } from 'vitest';
import { openIndexedDbFiles } from '../../../../agent/src/browser/storage/indexed-db-files.ts';
import { filesOfATablet } from './files-of-a-tablet.ts';

describe('the files of a tablet whose browser has no private file system, in a database', () => {
  filesOfATablet((name) => openIndexedDbFiles(name));
});
