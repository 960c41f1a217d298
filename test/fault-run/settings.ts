/** The settings that all nodes of the fault run share. */
import { POSTGRES_SECRET } from '../support/postgresql/postgresql.js';

export const NODE_SETTINGS = {
  LATCHKEY_SECRET: POSTGRES_SECRET,
  LOG_LEVEL: 'error',
  // Set so high that nothing expires during a round, and no budget is used up.
  ACCESS_TOKEN_TTL: '24h',
  ISSUER: 'https://login.example.com',
  AUDIENCE: 'fault-run',
  LOGIN_ATTEMPTS: '1000000',
  ADDRESS_ATTEMPTS: '1000000',
};
