/** The schema that all peers share, and the data that they answer from memory. */
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

/** A caller who is not logged in gets an error at the field, as GraphQL clients expect. */
export class Unauthenticated extends Error {
  constructor() {
    super('Not logged in.');
  }
}
