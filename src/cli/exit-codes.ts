/** What the exit code of a command means, for scripts. */
export const EXIT_CODES = {
  done: 0,
  /** The command was understood and refused, or failed. */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** The data is owned by another process, or database or server do not answer. */
  unavailable: 4,
} as const;
