export { addDocuments } from './documents.ts';
export { addOperators } from './operators.ts';
export { addPolicies } from './policies.ts';
export { addSchemas } from './schemas.ts';
