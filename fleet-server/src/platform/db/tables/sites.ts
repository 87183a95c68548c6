import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** One-time tokens by hash: the text itself is shown once and kept nowhere. */
export const enrolmentTokens = sqliteTable(
  'enrolment_tokens',
  {
    tokenSha256: text('token_sha256').primaryKey(),
    site: text('site').notNull(),
    device: text('device').notNull(),
    tags: text('tags').notNull(),
    /** Firmware profile of the one class of device that may use it; null: any. */
    profile: text('profile'),
    /** `policy`: whoever holds the token is let in. `required`: a person compares fingerprints first. */
    approval: text('approval').notNull(),
    /** Version of the root document whose hash the code pins. */
    rootVersion: integer('root_version').notNull(),
    issuedAt: integer('issued_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** The first key that asked, while a person is waited for: the request of no other key is taken. */
    askedAt: integer('asked_at'),
    askedKey: text('asked_key'),
    approvedAt: integer('approved_at'),
    usedAt: integer('used_at'),
    usedByKey: text('used_by_key'),
  },
  (table) => [index('enrolment_tokens_by_device').on(table.device)],
);

export const devices = sqliteTable(
  'devices',
  {
    id: text('id').primaryKey(),
    site: text('site').notNull(),
    profile: text('profile').notNull(),
    agent: text('agent').notNull(),
    publicKey: text('public_key').notNull(),
    keyId: text('key_id').notNull(),
    /** JSON list of words an operator groups devices by. */
    tags: text('tags').notNull(),
    enrolledAt: integer('enrolled_at').notNull(),
    lastSeenAt: integer('last_seen_at'),
    /** Nonce of the live connection, null while there is none. */
    connection: text('connection'),
    report: text('report'),
    reportNonce: text('report_nonce'),
    reportCounter: integer('report_counter').notNull(),
    /** Highest assignment sequence ever given out. */
    assignedSeq: integer('assigned_seq').notNull(),
    /** `quarantined` or `revoked`; null while the device may speak. */
    standing: text('standing'),
    standingReason: text('standing_reason'),
    standingAt: integer('standing_at'),
    /** Highest session number seen; null: whatever comes next is taken. */
    highestSession: integer('highest_session'),
    certificateSerial: text('certificate_serial'),
    certificateIssuedAt: integer('certificate_issued_at'),
    certificateNotAfter: integer('certificate_not_after'),
  },
  (table) => [index('devices_by_site').on(table.site, table.id)],
);

/** The newest sessions of a device by the nonce of their birth: a retained birth that comes again is known by it. */
export const deviceSessions = sqliteTable(
  'device_sessions',
  {
    device: text('device').notNull(),
    session: integer('session').notNull(),
    nonce: text('nonce').notNull(),
  },
  (table) => [primaryKey({ columns: [table.device, table.session] })],
);

/** Every assignment ever signed, as exact bytes; the newest of a device is its desired state. */
export const assignments = sqliteTable(
  'assignments',
  {
    device: text('device').notNull(),
    seq: integer('seq').notNull(),
    line: text('line').notNull(),
    version: text('version').notNull(),
    counter: integer('counter').notNull(),
    sha256: text('sha256').notNull(),
    /** `direct`, or the rollout that asked for it. */
    cause: text('cause').notNull(),
    bytes: blob('bytes', { mode: 'buffer' }).notNull(),
    issuedAt: integer('issued_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.device, table.seq] })],
);

/** Devices that hold older metadata than is in force, while they are connected; kept by a look at regular times. */
export const deviceStaleness = sqliteTable('device_staleness', {
  device: text('device').primaryKey(),
  /** Nonce of the connection since whose first look the time counts. */
  connection: text('connection'),
  behindSince: integer('behind_since').notNull(),
  /** When it was found stale and told; null while it still has time. */
  staleSince: integer('stale_since'),
});

/** The append-only log of a site; `cursor` counts from 1 within the site. */
export const siteLog = sqliteTable(
  'site_log',
  {
    site: text('site').notNull(),
    cursor: integer('cursor').notNull(),
    id: text('id').notNull(),
    activity: text('activity').notNull(),
    field: text('field').notNull(),
    at: integer('at').notNull(),
    entry: text('entry').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.site, table.cursor] }),
    uniqueIndex('site_log_by_id').on(table.site, table.id),
    index('site_log_by_activity').on(table.site, table.activity, table.field),
    index('site_log_by_field').on(table.field, table.at),
  ],
);

/** What the office knows of a site; one that only devices name has no row and stands at the defaults. */
export const sites = sqliteTable('sites', {
  id: text('id').primaryKey(),
  /** IANA name of its time zone: windows of rollouts are local. */
  zone: text('zone').notNull(),
  region: text('region').notNull(),
  /** `open`, `closing` or `archived`. */
  state: text('state').notNull(),
  /** Of its link, in the currency of whoever writes it; null: nobody knows. */
  costPerMb: real('cost_per_mb'),
  note: text('note').notNull(),
  /** Counts the changes, so that two operators at once are told apart. */
  revision: integer('revision').notNull(),
  createdAt: integer('created_at').notNull(),
  closingAt: integer('closing_at'),
  /** Until then its devices have time to send what they hold; later a person may archive it over the silent ones. */
  deadlineAt: integer('deadline_at'),
  closedAt: integer('closed_at'),
  /** Where its gateway answers other devices of the site: an https origin; null: nowhere. */
  gateway: text('gateway'),
});

/** One device that takes the place of another: exchanged hardware, or the same hardware under a new name elsewhere. */
export const successions = sqliteTable(
  'successions',
  {
    /** The one that comes; it may not have enrolled yet. */
    device: text('device').primaryKey(),
    old: text('old').notNull(),
    /** `replace` or `move`. */
    kind: text('kind').notNull(),
    site: text('site').notNull(),
    actor: text('actor').notNull(),
    orderedAt: integer('ordered_at').notNull(),
    /** When the new one had enrolled and the old one was put out; null while that is waited for. */
    doneAt: integer('done_at'),
    /** JSON: what the old one said it still held, when it was put out. */
    unsent: text('unsent'),
  },
  (table) => [index('successions_by_old').on(table.old)],
);

/** A device that was ordered to leave: it hands over what it holds, wipes itself and is put out. */
export const retirements = sqliteTable(
  'retirements',
  {
    device: text('device').primaryKey(),
    site: text('site').notNull(),
    /** `close`, `move` or `retire`. */
    cause: text('cause').notNull(),
    actor: text('actor').notNull(),
    /** Of the assignment that says so. */
    seq: integer('seq').notNull(),
    orderedAt: integer('ordered_at').notNull(),
    /** `ordered`, `draining` or `wiped`. */
    state: text('state').notNull(),
    /** When the device said so. */
    stateAt: integer('state_at'),
    /** Rows it still held then. */
    waiting: integer('waiting'),
  },
  (table) => [index('retirements_by_site').on(table.site)],
);
