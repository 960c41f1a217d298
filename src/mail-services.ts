/** The part of the composition root that sends mail. */
import { join } from 'node:path';
import type { Database } from './database/database.js';
import { Notices } from './domain/notices.js';
import type { World } from './lease-services.js';
import { FileDelivery } from './mail/file-delivery.js';
import { parseMailbox } from './mail/letter.js';
import { Outbox } from './mail/outbox.js';
import { SMTP_TIMEOUTS, SmtpDelivery } from './mail/smtp-delivery.js';

export function openMail({ config, clock, randomness, log }: World, database: Database) {
  const sender = parseMailbox(config.mailFrom);
  const delivery =
    config.smtpUrl === null
      ? new FileDelivery(join(config.dataDir, 'mail'), sender, log)
      : new SmtpDelivery(config.smtpUrl, sender, SMTP_TIMEOUTS);
  const outbox = new Outbox(database, delivery, log, config, clock, randomness);
  return { delivery, outbox, notices: new Notices(outbox, config, clock) };
}
