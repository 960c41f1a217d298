/** The mail room: the outbox, notices and mailed codes. */
import { join } from 'node:path';
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { Delivery } from './delivery.js';
import { FileDelivery } from './file-delivery.js';
import { parseMailbox } from './mail.js';
import { MailCodes } from './mail-codes.js';
import { Notices } from './notices.js';
import { Outbox } from './outbox.js';

interface Below {
  readonly database: Database;
  readonly limits: AttemptLimits;
}

export async function openMail(world: World, below: Below) {
  const delivery = await openDelivery(world);
  const outbox = new Outbox(world, { ...below, delivery });
  const codes = new MailCodes(world, { ...below, outbox });
  return {
    parts: { delivery, outbox, codes, notices: new Notices(world, { outbox }) },
    resolvers: [],
    prune: async () => ({ mailCodes: await codes.prune() }),
  };
}

/** Loads the SMTP client only where a mail server is configured. */
async function openDelivery(world: World): Promise<Delivery> {
  const { mailFrom, smtpUrl, dataDir } = world.config;
  const from = parseMailbox(mailFrom);
  if (smtpUrl === null) return new FileDelivery(world, { folder: join(dataDir, 'mail'), from });
  const { SMTP_TIMEOUTS, SmtpDelivery } = await import('./smtp-delivery.js');
  return new SmtpDelivery({ smtpUrl, from, timeouts: SMTP_TIMEOUTS });
}
