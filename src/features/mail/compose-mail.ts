/** Builds the mail of a mail, the same whichever way it goes. */
import type { SendMailOptions } from 'nodemailer';
import { DeliveryFailed } from './delivery.js';
import type { Mailbox, OutgoingMessage } from './mail.js';

/**
 * The Message-ID comes from the row's id, so that who gets a mail twice, after a lost answer, can tell.
 *
 * @throws DeliveryFailed when the address could end the line it stands on
 */
export function composeMail({ id, createdAt, to, subject, text }: OutgoingMessage, from: Mailbox): SendMailOptions {
  if (/[\p{Cc}<>]/u.test(to)) throw new DeliveryFailed('the address can not be one', true);
  // As an object: a text would be parsed, and one address with a comma in it could become two.
  const receiver = { name: '', address: to };
  return {
    from,
    to: receiver,
    envelope: { from, to: [receiver] },
    messageId: `<${id}@${from.address.split('@').at(-1)}>`,
    date: createdAt,
    subject: subject.replace(/\p{Cc}+/gu, ' '),
    text,
    // No vacation notice answers it (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
