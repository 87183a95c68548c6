import { createTransport } from 'nodemailer';
import { oneLine } from './compose.ts';
import { smtpServerOf, type MailSettings } from './settings.ts';

const TIMEOUT_MS = 20_000;
const LONGEST_REASON = 300;

export interface Mail {
  id: string;
  recipient: string;
  subject: string;
  body: string;
  /** When what it tells of happened, ms. */
  createdAt: number;
}

/** How an attempt ended. `never`: this address will not take it, however often it is tried. */
export type MailAttempt = { ok: true } | { ok: false; reason: string; never: boolean };

export interface Sender {
  send(mail: Mail): Promise<MailAttempt>;
  close(): void;
}

/** Sends over SMTP, one connection for each mail: they are few. Failures say no secret. */
export function createSender({ url, from }: MailSettings): Sender {
  const { auth, ...server } = smtpServerOf(url);
  const transport = createTransport({
    ...server,
    ...(auth === undefined ? {} : { auth }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    logger: false,
    // A text of ours is never the name of something to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const secrets = auth === undefined ? [] : [auth.pass, auth.user];
  return {
    async send({ id, recipient, subject, body, createdAt }) {
      try {
        await transport.sendMail({
          from: { name: 'Plumbline', address: from },
          to: [{ name: '', address: recipient }],
          // As the envelope and not by reading headers again.
          envelope: { from, to: [recipient] },
          subject: oneLine(subject),
          text: body,
          date: new Date(createdAt),
          messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return { ok: true };
      } catch (error) {
        return failed(error, secrets);
      }
    },
    close: () => transport.close(),
  };
}

function failed(error: unknown, secrets: readonly string[]): MailAttempt {
  const {
    code = '',
    responseCode,
    message = '',
  } = (error ?? {}) as {
    code?: string;
    responseCode?: number;
    message?: string;
  };
  const said = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)])
    .reduce((text, secret) => text.replaceAll(secret, '***'), oneLine(message));
  // 550, 551, 553: no such mailbox. All else may be mended: a login, a quota, a server that is away.
  const never = code === 'EENVELOPE' && [550, 551, 553].includes(responseCode ?? 0);
  return { ok: false, reason: `${code} ${said}`.trim().slice(0, LONGEST_REASON), never };
}
