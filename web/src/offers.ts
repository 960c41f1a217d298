/** What this server offers to people without a session, as it has written it into the page. */
const { mail, registration } = document.getElementById('console')?.dataset ?? {};

/** Without a mail server letters are files, which whoever runs the server can read. */
export const areMailsSent = mail === 'sent';

export const canSignUp = registration === 'open';
