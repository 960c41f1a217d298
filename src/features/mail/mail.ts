/** A mail: plain text to one receiver. */

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A queued mail. */
export interface OutgoingMessage extends Mail {
  /** Stays the same across retries. */
  readonly id: string;
  readonly createdAt: Date;
}

/** A mailbox in a header (RFC 5322, section 3.4). */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** @param text `Name <address>`, or an address alone */
export function parseMailbox(text: string): Mailbox {
  const match = /^(.*?)\s*<([^<>]*)>$/.exec(text);
  return match === null ? { name: '', address: text } : { name: match[1] ?? '', address: match[2] ?? '' };
}
