/** Where a request comes from, as the server saw it. */
export interface Origin {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}
