/** The roles that the server itself knows. */

/** The role that may use the administration. */
export const ADMIN_ROLE = 'ADMIN';
