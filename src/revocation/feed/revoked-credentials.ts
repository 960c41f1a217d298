/** The message by which a node tells the others that a service credential was revoked. It gives speed: each request asks the database. */
import type { Feed } from './feed.js';

const KIND = 'service-revoked';

export function writeRevokedCredential(nodeId: string, credentialId: string): string {
  return `${KIND} ${nodeId} ${credentialId}`;
}

/** @param text any message of the channel */
export function hearOfCredential(text: string, feed: Pick<Feed, 'endCredential'>): void {
  const [kind, , credentialId] = text.split(' ');
  if (kind === KIND && credentialId !== undefined) feed.endCredential(credentialId);
}
