/** The form in which a password is judged, hashed and compared: the same keys on another keyboard are the same password. */

const NON_ASCII_SPACES = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;

/**
 * Prepares a password as RFC 8265, section 4.2 (OpaqueString) does: spaces of other kinds become a space, then NFC. Nothing is cut,
 * trimmed or lower-cased.
 */
export function canonicalPassword(password: string): string {
  return password.replace(NON_ASCII_SPACES, ' ').normalize('NFC');
}
