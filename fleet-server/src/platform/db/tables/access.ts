import { index, integer, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** People who act by a token of their own. A name that was removed stays taken: the audit means one person by it. */
export const operators = sqliteTable(
  'operators',
  {
    name: text('name').primaryKey(),
    /** SHA-256 of the token, hex; the token itself is shown once and kept nowhere. */
    tokenSha256: text('token_sha256').notNull(),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    removedAt: integer('removed_at'),
  },
  (table) => [uniqueIndex('operators_by_token').on(table.tokenSha256)],
);

/** People who sign in. A name that was removed stays taken, also by an operator: the audit means one person by it. */
export const users = sqliteTable(
  'users',
  {
    name: text('name').primaryKey(),
    /** JSON: roles with the sites they hold for. */
    assignments: text('assignments').notNull(),
    /** PHC string of argon2id; null while the person has no password here. */
    password: text('password'),
    /** Who they are for an identity provider: its issuer and its `sub`, as one text; null for nobody's. */
    subject: text('subject'),
    createdAt: integer('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    passwordAt: integer('password_at'),
    removedAt: integer('removed_at'),
  },
  (table) => [uniqueIndex('users_by_subject').on(table.subject)],
);

/** Sessions of browsers, by the SHA-256 of what the cookie holds. Those that ended are deleted; the audit remembers. */
export const sessions = sqliteTable(
  'sessions',
  {
    idSha256: text('id_sha256').primaryKey(),
    user: text('user_name').notNull(),
    csrf: text('csrf').notNull(),
    createdAt: integer('created_at').notNull(),
    /** To the minute. */
    seenAt: integer('seen_at').notNull(),
  },
  (table) => [index('sessions_by_user').on(table.user)],
);

/** Tokens of programs, each of one user and with no more rights than the user has. */
export const apiTokens = sqliteTable(
  'api_tokens',
  {
    id: text('id').primaryKey(),
    user: text('user_name').notNull(),
    name: text('name').notNull(),
    tokenSha256: text('token_sha256').notNull(),
    /** JSON list of permissions. */
    scopes: text('scopes').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** To the minute. */
    lastUsedAt: integer('last_used_at'),
    revokedAt: integer('revoked_at'),
  },
  (table) => [uniqueIndex('api_tokens_by_token').on(table.tokenSha256), index('api_tokens_by_user').on(table.user)],
);

/** One-time codes: the first user of a server, and a new password for somebody who lost theirs. */
export const accessCodes = sqliteTable('access_codes', {
  codeSha256: text('code_sha256').primaryKey(),
  /** `setup`, or `password:NAME`. */
  purpose: text('purpose').notNull(),
  createdBy: text('created_by').notNull(),
  expiresAt: integer('expires_at').notNull(),
});

/** Whose an approver's key is. A key stays its holder's when it is given up: who approved with it is not forgotten. */
export const approverKeys = sqliteTable(
  'approver_keys',
  {
    /** As TUF names it: SHA-256, hex. */
    keyId: text('key_id').primaryKey(),
    user: text('user_name').notNull(),
    label: text('label').notNull(),
    /** JSON: `{type, public}`. */
    publicKey: text('public_key').notNull(),
    createdAt: integer('created_at').notNull(),
    removedAt: integer('removed_at'),
  },
  (table) => [index('approver_keys_by_user').on(table.user)],
);
