/** What every peer is asked and answers: one schema for all of them, and the data that is answered from memory. */
export const PROFILE = { id: '1', email: 'ada@example.com', name: 'Ada Lovelace' };

export const typeDefs = `
  type Query { profile: Profile  publicProfile: Profile  me: User }
  type Mutation {
    login(input: LoginInput!): LoginPayload
    refreshToken(input: RefreshTokenInput!): LoginPayload
    logout: LogoutPayload
  }
  input LoginInput { email: String!  password: String! }
  input RefreshTokenInput { refreshToken: String }
  type Profile { id: ID!  email: String!  name: String! }
  type User { id: ID!  email: String!  name: String }
  type LoginPayload { accessToken: String  refreshToken: String  userErrors: [UserError!]! }
  type LogoutPayload { endedSessions: Int! }
  type UserError { code: String! }
`;

/** Who is not logged in gets what a client of GraphQL expects: an error at the field. */
export class Unauthenticated extends Error {
  constructor() {
    super('Not logged in.');
  }
}
