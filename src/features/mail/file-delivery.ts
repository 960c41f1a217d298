/** Writes each mail to a file and logs its path, for development without a mail server. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../../world.js';
import { composeMail } from './compose-mail.js';
import { type Delivery, DeliveryFailed, type DeliveryState } from './delivery.js';
import type { Mailbox, OutgoingMessage } from './mail.js';

interface Needs {
  readonly folder: string;
  readonly from: Mailbox;
}

export class FileDelivery implements Delivery {
  /** Loaded at the first mail, because most development servers never send one. */
  #composer: ReturnType<typeof createComposer> | null = null;

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Writes the file whole or not at all; a retry writes the same file. */
  async deliver(mail: OutgoingMessage): Promise<void> {
    const path = join(this.needs.folder, `${mail.createdAt.toISOString().replace(/[:.]/g, '-')}-${mail.id}.eml`);
    const composed = composeMail(mail, this.needs.from);
    try {
      const { message } = await (await this.#compose()).sendMail(composed);
      await makeInside(this.needs.folder);
      await writeFile(`${path}.part`, withBodyAsItIs(message.toString(), mail.text), { mode: 0o600 });
      await rename(`${path}.part`, path);
    } catch (error) {
      throw new DeliveryFailed((error as NodeJS.ErrnoException).code ?? 'unknown', false);
    }
    this.world.log.info({ path }, 'a mail was written to a file because SMTP_URL is not set');
  }

  async rehearse(mail: OutgoingMessage): Promise<void> {
    await (await this.#compose()).sendMail(composeMail(mail, this.needs.from));
  }

  #compose(): ReturnType<typeof createComposer> {
    this.#composer ??= createComposer();
    return this.#composer;
  }

  async examine(): Promise<DeliveryState> {
    return { isReady: true, found: `mails are written to ${this.needs.folder}`, advice: 'For mails that reach somebody set SMTP_URL.' };
  }
}

/** Makes the folder, but not the one around it: DATA_DIR may be away for a moment, and a new one in its place would hide it. */
async function makeInside(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

async function createComposer() {
  const { createTransport } = await import('nodemailer');
  return createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
}

/** Developers read the file itself: quoted-printable would break codes and links into pieces. */
function withBodyAsItIs(message: string, text: string): string {
  const [headers = ''] = message.split('\r\n\r\n', 1);
  const encoding = headers.replace(/^(Content-Transfer-Encoding:).*$/im, '$1 8bit');
  return `${encoding}\r\n\r\n${text.replace(/\r?\n/g, '\r\n')}`;
}
