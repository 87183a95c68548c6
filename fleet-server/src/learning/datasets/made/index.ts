export {
  registerConcat,
  registerFilter,
  type ConcatOrder,
  type FilterOrder,
  type RegisteredConcat,
  type RegisteredFilter,
} from './register-made.ts';
