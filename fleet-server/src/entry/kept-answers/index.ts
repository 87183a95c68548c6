export { claimKey, freeKey, keepAnswer, removeOldAnswers, type KeptAnswer } from './keep.ts';
