/** Letters go to a mail server (RFC 5321), each over a connection of its own. */
import { createTransport } from 'nodemailer';
import { composeMail } from './compose-mail.js';
import { type Delivery, DeliveryFailed, type DeliveryState } from './delivery.js';
import type { Mailbox, OutgoingMessage } from './mail.js';

/** Milliseconds. A server that stops answering costs a try no more than these. */
export interface SmtpTimeouts {
  readonly dnsTimeout: number;
  readonly connectionTimeout: number;
  readonly greetingTimeout: number;
  /** Of silence, once the server has greeted. */
  readonly socketTimeout: number;
}

export const SMTP_TIMEOUTS: SmtpTimeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
};

/** What nodemailer tells about a failure; its message may hold the receiver's address. */
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

  /** Builds the mail, connects and logs in. */
  async rehearse(mail: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const composed = composeMail(mail, this.needs.from);
    try {
      await this.#composer.sendMail(composed);
      await Promise.race([this.#transport.verify(), rejectOn(signal)]);
    } catch (error) {
      throw toFailure(error as SmtpFault);
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
 * TLS from the start with `smtps:`; else by STARTTLS where it is offered, and then a certificate that does not fit is an
 * error. A password crosses no network in clear, not even when somebody on the way has removed the offer (RFC 3207,
 * section 6), unless the operator asks for it with `?requireTLS=false`.
 */
function makeTransport(url: string, timeouts: SmtpTimeouts) {
  const { username, hostname, searchParams } = new URL(url);
  const requireTLS = searchParams.has('requireTLS') ? {} : { requireTLS: username !== '' && !LOOPBACK.test(hostname) };
  // A log of nodemailer's own would hold addresses and codes.
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

/** A 5xx to the receiver or to the text is about this mail. One to the login or to the sender is for the operator to mend, and then the mail goes. */
function isPermanent({ code, responseCode, command = '', permanent = false }: SmtpFault): boolean {
  if (responseCode === undefined) return code === 'EENVELOPE';
  return permanent && ['RCPT TO', 'DATA'].includes(command);
}
