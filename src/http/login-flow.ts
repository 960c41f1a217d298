/** The contents with which an explorer opens: a document that logs in and out, and the header that takes the token. */

export const LOGIN_FLOW = `# 1. Register (or log in), 2. copy the accessToken into the Authorization header below, 3. ask who you are, 4. log out, 5. ask again.
mutation Register {
  register(input: { email: "ada@example.com", password: "correct horse battery" }) {
    accessToken
    userErrors { code message }
  }
}

mutation Login {
  login(input: { email: "ada@example.com", password: "correct horse battery", deviceName: "Explorer" }) {
    accessToken
    expiresAt
    userErrors { code message }
  }
}

query Me {
  me { id email roles }
}

mutation Logout {
  logout { loggedOutAt endedSessions }
}
`;

/** Public operations work even with this placeholder, since an invalid token only makes the caller anonymous. */
export const LOGIN_HEADERS = { Authorization: 'Bearer <accessToken>' } as const;
