export { holdersOf, listApproverKeys, type ApproverKey } from './approver-keys/approver-key.ts';
export { giveUpApproverKey, keepApproverKey } from './approver-keys/keep-approver-key.ts';
export { addOperator } from './add-operator.ts';
export { AccessError, type AccessErrorCode } from './errors.ts';
export { actorOf, OWNER, TOKEN_PREFIX, type Operator } from './operator.ts';
export { bindIdentity, type BoundIdentity } from './identity/bind-identity.ts';
export type { IdentityRules } from './identity/rules.ts';
export { signInByIdentity } from './identity/sign-in-by-identity.ts';
export { isWithin, permissionsOf, reachOf, type Assignment, type Principal, type Sites } from './principal.ts';
export { listOperators, principalOfToken, signIn } from './read.ts';
export { removeOperator } from './remove-operator.ts';
export { grantsOf, PERMISSIONS, ROLES, type Permission, type Role } from './roles.ts';
export { endSession, findSession, SESSION_LIFE, type OpenedSession, type Session } from './sessions/session.ts';
export {
  createApiToken,
  findApiToken,
  listApiTokens,
  MOST_TOKEN_DAYS,
  revokeApiToken,
  type ApiToken,
} from './tokens/api-tokens.ts';
export { addUser } from './users/add-user.ts';
export { assignRoles, removeUser, resetPassword, signOutUser } from './users/change-user.ts';
export type { OneTimeCode } from './users/codes.ts';
export { PASSWORD_CHARACTERS } from './users/password-rules.ts';
export { isNew, issueSetupCode, redeemCode } from './users/setup.ts';
export { changePassword, signInByPassword } from './users/sign-in.ts';
export { listUsers, type User } from './users/user.ts';
