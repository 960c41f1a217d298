/** Builds the message of a mail, the same for every way of delivery. */
import type { SendMailOptions } from 'nodemailer';
import { DeliveryFailed } from './delivery.js';
import type { Mailbox, OutgoingMessage } from './mail.js';

/**
 * Takes the Message-ID from the id of the row: a receiver who gets a mail twice, after a lost answer, can then tell.
 *
 * @throws DeliveryFailed when the address has control characters or brackets, which could inject headers
 */
export function composeMail({ id, createdAt, to, subject, text }: OutgoingMessage, from: Mailbox): SendMailOptions {
  if (/[\p{Cc}<>]/u.test(to)) throw new DeliveryFailed('the address can not be one', true);
  // Pass an object: nodemailer would parse a string, and an address with a comma in it could become two.
  const receiver = { name: '', address: to };
  return {
    from,
    to: receiver,
    envelope: { from, to: [receiver] },
    messageId: `<${id}@${from.address.split('@').at(-1)}>`,
    date: createdAt,
    subject: subject.replace(/\p{Cc}+/gu, ' '),
    text,
    // Keeps vacation responders from answering (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
