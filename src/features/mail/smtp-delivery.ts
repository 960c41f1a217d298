/** Delivers mails to a mail server (RFC 5321), each over its own connection. */
import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { composeMail } from './compose-mail.js';
import { type Delivery, DeliveryFailed, type DeliveryState } from './delivery.js';
import type { Mailbox, OutgoingMessage } from './mail.js';

/** Timeouts in milliseconds: they bound how long an attempt waits for a server that has stopped answering. */
export interface SmtpTimeouts {
  readonly dnsTimeout: number;
  readonly connectionTimeout: number;
  readonly greetingTimeout: number;
  /** The longest silence after the greeting. */
  readonly socketTimeout: number;
}

export const SMTP_TIMEOUTS: SmtpTimeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
};

/** The fields of a nodemailer error that may be logged; its message may contain the receiver's address. */
interface SmtpFault {
  readonly code?: string;
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly command?: string;
  readonly permanent?: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

interface Needs {
  readonly smtpUrl: string;
  readonly from: Mailbox;
  readonly timeouts: SmtpTimeouts;
}

export class SmtpDelivery implements Delivery {
  readonly #transport: ReturnType<typeof makeTransport>;
  readonly #composer = createTransport({ streamTransport: true, buffer: true });

  constructor(private readonly needs: Needs) {
    this.#transport = makeTransport(needs.smtpUrl, needs.timeouts);
  }

  async deliver(mail: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const composed = composeMail(mail, this.needs.from);
    try {
      await this.#transport.sendMail({ ...composed, signal });
    } catch (error) {
      throw toFailure(error as SmtpFault);
    }
  }

  /**
   * Builds the mail, connects, logs in, names sender and receiver, and leaves before the text. So the mail server defers or refuses
   * the receiver as it would for a real mail. It has to discard a text that is not ended (RFC 5321, section 4.1.1.4).
   */
  async rehearse(mail: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const composed = composeMail(mail, this.needs.from);
    const transport = makeTransport(this.needs.smtpUrl, this.needs.timeouts);
    let isLeft = false;
    const leave = () =>
      new Readable({
        // The text is read when the mail server has taken the receiver and waits for it.
        read() {
          isLeft = true;
          this.destroy(new Error('a decoy has no text'));
        },
      });
    transport.use('stream', ({ message }, done) => {
      Object.assign(message, { createReadStream: leave });
      done();
    });
    try {
      await this.#composer.sendMail(composed);
      await Promise.race([transport.sendMail({ ...composed, signal }), rejectOn(signal)]);
    } catch (error) {
      if (!isLeft) throw toFailure(error as SmtpFault);
    }
  }

  async examine(): Promise<DeliveryState> {
    try {
      await this.#transport.verify();
      return { isReady: true, found: 'the mail server answers', advice: '' };
    } catch (error) {
      const { reason } = toFailure(error as SmtpFault);
      return {
        isReady: false,
        found: `the mail server does not take mails (${reason})`,
        advice: 'Look at SMTP_URL and at the mail server.',
      };
    }
  }
}

/**
 * Uses TLS from the start with `smtps:`, else STARTTLS if the server offers it; a certificate that does not match is an error.
 * With a password it requires TLS: an attacker in between could remove the offer and read the password (RFC 3207, section 6).
 * An operator may allow that with `?requireTLS=false`, and a mail server on this machine needs no TLS.
 */
function makeTransport(url: string, timeouts: SmtpTimeouts) {
  const { username, hostname, searchParams } = new URL(url);
  const requireTLS = searchParams.has('requireTLS') ? {} : { requireTLS: username !== '' && !LOOPBACK.test(hostname) };
  // Nodemailer's own log would contain addresses and codes.
  return createTransport({ url, ...timeouts, ...requireTLS, pool: false, logger: false, debug: false });
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => reject(Object.assign(new Error('aborted'), { code: 'EABORT' }));
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

function toFailure(fault: SmtpFault): DeliveryFailed {
  const { code = 'unknown', originalCode, responseCode, command } = fault;
  const parts = [originalCode ?? code, responseCode, responseCode === undefined ? undefined : command];
  return new DeliveryFailed(parts.filter((part) => part !== undefined).join(' '), isPermanent(fault));
}

/**
 * A 5xx reply to RCPT TO or DATA concerns this mail: give it up. A 5xx reply to the login or the sender is a fault that the operator
 * can correct: retry until then.
 */
function isPermanent({ code, responseCode, command = '', permanent = false }: SmtpFault): boolean {
  if (responseCode === undefined) return code === 'EENVELOPE';
  return permanent && ['RCPT TO', 'DATA'].includes(command);
}
