import { index, integer, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** Events as other programs are told of them, kept for a while so that a reader can go on where it was. */
export const eventFeed = sqliteTable('event_feed', {
  /** Of the event in the outbox. */
  id: integer('id').primaryKey(),
  at: integer('at').notNull(),
  type: text('type').notNull(),
  /** JSON of `{type, timestamp, data}`. */
  body: text('body').notNull(),
});

/** One row, `id` 1: events up to there are not kept any more. */
export const eventFeedFloor = sqliteTable('event_feed_floor', {
  id: integer('id').primaryKey(),
  droppedUpTo: integer('dropped_up_to').notNull(),
});

/** Receivers of events. The secret must be there in clear to sign with; it is shown once, when it is made. */
export const webhooks = sqliteTable('webhooks', {
  id: text('id').primaryKey(),
  url: text('url').notNull(),
  /** JSON list of patterns. */
  types: text('types').notNull(),
  description: text('description').notNull(),
  secret: text('secret').notNull(),
  /** Signs too, until then: a receiver is given time to change. */
  previousSecret: text('previous_secret'),
  previousUntil: integer('previous_until'),
  pausedAt: integer('paused_at'),
  pausedReason: text('paused_reason'),
  createdBy: text('created_by').notNull(),
  createdAt: integer('created_at').notNull(),
});

/** One event for one receiver. The id goes with every attempt, so that a receiver knows a repetition. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text('id').primaryKey(),
    webhook: text('webhook').notNull(),
    /** Of the feed; below 0 for a ping, which is no event of the fleet. */
    event: integer('event').notNull(),
    type: text('type').notNull(),
    body: text('body').notNull(),
    /** `waiting`, `delivered` or `dead`. */
    state: text('state').notNull(),
    attempts: integer('attempts').notNull(),
    nextAt: integer('next_at').notNull(),
    createdAt: integer('created_at').notNull(),
    lastAt: integer('last_at'),
    lastStatus: integer('last_status'),
    lastReason: text('last_reason'),
    /** The first bytes of the last answer. */
    lastAnswer: text('last_answer'),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_once').on(table.webhook, table.event),
    index('webhook_deliveries_due').on(table.webhook, table.state, table.nextAt),
    index('webhook_deliveries_done').on(table.state, table.lastAt),
  ],
);

/** What a person should know of. At most one of a kind and subject is open (`clearedAt` null) at a time. */
export const alerts = sqliteTable(
  'alerts',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    /** What it is about, as `kind:<id>`. */
    subject: text('subject').notNull(),
    scope: text('scope').notNull(),
    sentence: text('sentence').notNull(),
    details: text('details').notNull(),
    raisedAt: integer('raised_at').notNull(),
    /** When what it says last changed. */
    lastAt: integer('last_at').notNull(),
    count: integer('count').notNull(),
    clearedAt: integer('cleared_at'),
    clearedReason: text('cleared_reason'),
    acknowledgedAt: integer('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    note: text('note'),
    /** 0 while it is muted and nobody was told of it; then told when that ends. */
    told: integer('told').notNull(),
  },
  (table) => [
    index('alerts_by_subject').on(table.kind, table.subject, table.raisedAt),
    index('alerts_open').on(table.clearedAt, table.raisedAt),
  ],
);

/** Who was connected at the last look, and until when the others were: their own reports come once an hour. */
export const deviceContacts = sqliteTable('device_contacts', {
  device: text('device').primaryKey(),
  online: integer('online').notNull(),
  /** The first look that found it gone; ms. */
  contactAt: integer('contact_at').notNull(),
});

/** Who is told of which alerts. `spec` is JSON: `when` and `routes`. */
export const alertRules = sqliteTable('alert_rules', {
  name: text('name').primaryKey(),
  spec: text('spec').notNull(),
  updatedBy: text('updated_by').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** Alerts that are not told of until a moment; null is every kind, or every subject. */
export const alertMutes = sqliteTable(
  'alert_mutes',
  {
    id: text('id').primaryKey(),
    kind: text('kind'),
    subject: text('subject'),
    until: integer('until').notNull(),
    reason: text('reason').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Taken back by a person before it was over. */
    endedAt: integer('ended_at'),
  },
  (table) => [index('alert_mutes_standing').on(table.until)],
);

/** One event of an alert for one address. The id goes with every attempt, so that a reader knows a repetition. */
export const mailDeliveries = sqliteTable(
  'mail_deliveries',
  {
    id: text('id').primaryKey(),
    /** Of the outbox. */
    event: integer('event').notNull(),
    recipient: text('recipient').notNull(),
    type: text('type').notNull(),
    alert: text('alert').notNull(),
    subject: text('subject').notNull(),
    body: text('body').notNull(),
    /** `waiting`, `delivered` or `dead`. */
    state: text('state').notNull(),
    attempts: integer('attempts').notNull(),
    nextAt: integer('next_at').notNull(),
    createdAt: integer('created_at').notNull(),
    lastAt: integer('last_at'),
    lastReason: text('last_reason'),
  },
  (table) => [
    uniqueIndex('mail_deliveries_once').on(table.event, table.recipient),
    index('mail_deliveries_due').on(table.state, table.nextAt),
  ],
);
