/** Reads from data attributes, which the server writes into the page, what it offers before login. */
const { mail, registration } = document.getElementById('console')?.dataset ?? {};

/** False without a mail server: then mails are files, which the operator can read. */
export const areMailsSent = mail === 'sent';

export const canRegister = registration === 'open';
