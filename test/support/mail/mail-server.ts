/** A real mail server on a free loopback port, which can misbehave as real ones do. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';

export interface ReceivedMail {
  /** The receiver of the envelope. */
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly isEncrypted: boolean;
  /** The user that logged in to send it. */
  readonly user: string | undefined;
  readonly parsed: ParsedMail;
}

/**
 * What the server does with a mail: `take` accepts it; `defer` and `refuse` reject its receiver for now (4xx) or for good (5xx), and the
 * `-text` variants reject its text; `drop` keeps the text but cuts the connection; `hang` never answers.
 */
export type MailServerMood = 'take' | 'defer' | 'refuse' | 'defer-text' | 'refuse-text' | 'refuse-sender' | 'drop' | 'hang';

export interface MailServer {
  readonly url: string;
  /** All mails received so far, in order. */
  readonly received: readonly ReceivedMail[];
  /** Every receiver that was named to it, also of mails that it did not take. */
  readonly receivers: readonly string[];
  /** How many connections it has accepted. */
  readonly connections: number;
  mood: MailServerMood;
  /** Waits for the first mail that no earlier call has returned. */
  next(): Promise<ReceivedMail>;
  goDown(): Promise<void>;
  /** Listens again on the same port. */
  comeUp(): Promise<void>;
}

const MAIL_PASSWORD = 'open sesame';

/** Starts a server that stops when the test ends. A URL with a user logs in as `mailer`, with the only correct password. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const receivers: string[] = [];
  const waiting: ((mail: ReceivedMail) => void)[] = [];
  let taken = 0;
  let connections = 0;
  let port = 0;
  let server: SMTPServer | null = null;

  const keep = (mail: ReceivedMail) => {
    received.push(mail);
    if (waiting.length > 0) {
      taken += 1;
      waiting.shift()?.(mail);
    }
  };
  const comeUp = async () => {
    server = createServer(options, self, keep, {
      connection: () => {
        connections += 1;
      },
      receiver: (address) => receivers.push(address),
    });
    const listening = server.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    ({ port } = listening.address() as AddressInfo);
  };
  const goDown = async () => {
    const closing = server;
    server = null;
    if (closing === null) return;
    for (const { _socket } of closing.connections) _socket.destroy();
    await new Promise<void>((resolve) => closing.close(resolve));
  };
  const self: MailServer = {
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    received,
    receivers,
    get connections() {
      return connections;
    },
    mood: 'take',
    next() {
      const mail = received[taken];
      if (mail === undefined) return new Promise((resolve) => waiting.push(resolve));
      taken += 1;
      return Promise.resolve(mail);
    },
    goDown,
    comeUp,
  };
  await comeUp();
  onTestFinished(goDown);
  return self;
}

interface Counters {
  connection(): void;
  receiver(address: string): void;
}

function createServer(options: SMTPServerOptions, self: MailServer, keep: (mail: ReceivedMail) => void, count: Counters): SMTPServer {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    // Switched off, which also silences the warning about the test certificate.
    logger: false,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    ...options,
    onConnect(_session, done) {
      count.connection();
      done();
    },
    onAuth(auth, _session, done) {
      const isRight = auth.method === 'CRAM-MD5' ? auth.validatePassword(MAIL_PASSWORD) : auth.password === MAIL_PASSWORD;
      done(null, auth.username === 'mailer' && isRight ? { user: auth.username } : {});
    },
    onMailFrom(_address, _session, done) {
      done(self.mood === 'refuse-sender' ? refusal(550) : null);
    },
    onRcptTo({ address }, _session, done) {
      count.receiver(address);
      if (self.mood === 'hang') return;
      done(self.mood === 'defer' ? refusal(450) : self.mood === 'refuse' ? refusal(550) : null);
    },
    onData(stream, { envelope, secure, user }, done) {
      simpleParser(stream).then((parsed) => {
        if (self.mood === 'defer-text' || self.mood === 'refuse-text') return done(refusal(self.mood === 'defer-text' ? 451 : 554));
        keep({
          to: envelope.rcptTo.map(({ address }) => address).join(),
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          subject: parsed.subject ?? '',
          text: parsed.text ?? '',
          messageId: parsed.messageId ?? '',
          isEncrypted: secure,
          user,
          parsed,
        });
        if (self.mood !== 'drop') return done();
        for (const { _socket } of server.connections) _socket.destroy();
      }, done);
    },
  });
  server.on('error', () => undefined);
  return server;
}

function refusal(responseCode: number): Error {
  return Object.assign(new Error('not for ada@example.com'), { responseCode });
}
