/** How a request to the login server can fail. */

/** The server has answered, and not with what was asked for. */
export class FeedRefusal extends Error {
  override readonly name = 'FeedRefusal';

  /** @param retryAfterMs from the header `Retry-After`; null without it */
  constructor(
    readonly status: number,
    readonly retryAfterMs: number | null,
    /** Of the body, if it is one of the server's refusals. */
    said: string | null,
  ) {
    super(`The login server answered with status ${status}${said === null ? '' : `: ${said}`}`);
  }
}

export function isRefusal(error: unknown, ...statuses: readonly number[]): error is FeedRefusal {
  return error instanceof FeedRefusal && statuses.includes(error.status);
}

/** The answer has come, and can't be one to this request. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer';
}
