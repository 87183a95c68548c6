export { addOperator } from './add-operator.ts';
export { AccessError, type AccessErrorCode } from './errors.ts';
export { OWNER, TOKEN_PREFIX, type Operator } from './operator.ts';
export { listOperators, signIn } from './read.ts';
export { removeOperator } from './remove-operator.ts';
