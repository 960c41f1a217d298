/** What this server offers before login: the server has written it into the page as data attributes. */
const { mail, registration } = document.getElementById('console')?.dataset ?? {};

/** False without a mail server: then mails are files, which the operator can read. */
export const areMailsSent = mail === 'sent';

export const canRegister = registration === 'open';
