/** The exit codes of the commands, for scripts. */
export const EXIT_CODES = {
  done: 0,
  /** The server refused the command, or the command failed. */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** Another process owns the data, or the database or the server does not answer. */
  unavailable: 4,
} as const;
