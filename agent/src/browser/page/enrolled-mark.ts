import { keepWord, readWord } from './local-words.ts';

const NAME = 'plumbline.enrolled';

/**
 * A browser that throws storage away may leave this: then an empty database is a lost one, and not a new tablet. It says
 * nothing else, and nobody trusts it.
 */
export const enrolledMark = {
  isSet: (): boolean => readWord(NAME) !== undefined,
  set: (): void => keepWord(NAME, '1'),
  clear: (): void => keepWord(NAME, undefined),
};
