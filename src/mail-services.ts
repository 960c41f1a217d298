/** The part of the composition root that sends mail. */
import { join } from 'node:path';
import type { Database } from './database/database.js';
import type { Delivery } from './features/mail/delivery.js';
import { FileDelivery } from './features/mail/file-delivery.js';
import { parseMailbox } from './features/mail/mail.js';
import { Notices } from './features/mail/notices.js';
import { Outbox } from './features/mail/outbox.js';
import type { World } from './lease-services.js';

export async function openMail({ config, clock, randomness, log }: World, database: Database) {
  const delivery = await openDelivery(config, log);
  const outbox = new Outbox(database, delivery, log, config, clock, randomness);
  return { delivery, outbox, notices: new Notices(outbox, config, clock) };
}

/** The way to a mail server is loaded where there is one. */
async function openDelivery({ mailFrom, smtpUrl, dataDir }: World['config'], log: World['log']): Promise<Delivery> {
  const sender = parseMailbox(mailFrom);
  if (smtpUrl === null) return new FileDelivery(join(dataDir, 'mail'), sender, log);
  const { SMTP_TIMEOUTS, SmtpDelivery } = await import('./features/mail/smtp-delivery.js');
  return new SmtpDelivery(smtpUrl, sender, SMTP_TIMEOUTS);
}
