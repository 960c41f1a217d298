/** The interface for delivering mails, to a mail server or into files. */
import type { OutgoingMessage } from './mail.js';

export interface Delivery {
  /**
   * Hands a mail over. Once it has returned, the mail must not be sent again.
   *
   * @param signal aborts a delivery that is under way; the mail may have been delivered all the same
   * @throws DeliveryFailed
   */
  deliver(mail: OutgoingMessage, signal: AbortSignal): Promise<void>;
  /**
   * Does the work of a delivery for a decoy, a mail that nobody gets, as far as possible without sending it.
   *
   * @throws DeliveryFailed when a real mail could not have been handed over either
   */
  rehearse(mail: OutgoingMessage, signal: AbortSignal): Promise<void>;
  /** Checks whether a mail could be handed over now, without sending one. */
  examine(): Promise<DeliveryState>;
}

export interface DeliveryState {
  readonly isReady: boolean;
  /** The place where mails go, or the fault. */
  readonly found: string;
  /** What the operator should do; empty if nothing. */
  readonly advice: string;
}

/** A mail that was not handed over. The reason goes to the log, so it holds no address and no text of the mail server. */
export class DeliveryFailed extends Error {
  override readonly name = 'DeliveryFailed';

  /** @param isPermanent whether a retry would fail the same way */
  constructor(
    readonly reason: string,
    readonly isPermanent: boolean,
  ) {
    super(reason);
  }
}
