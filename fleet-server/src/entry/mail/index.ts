export { mailPage, settleDead, type MailPage, type QueuedMail } from './mails.ts';
export { isMailAddress, problemOfSmtpUrl, type MailSettings } from './settings.ts';
export { startMail } from './start.ts';
