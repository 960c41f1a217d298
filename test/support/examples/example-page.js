/** The page of `examples/web-react` in a browser that is pretended: registers, logs out, logs in again, and prints what it shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Window } from 'happy-dom';

const [folder, server, origin] = process.argv.slice(2);

const window = new Window({ url: origin });
const { document } = window;
const page = readFileSync(join(folder, 'index.html'), 'utf8');
document.write(page.replace(/<script.*<\/script>/, '').replace(/content="[^"]*graphql"/, `content="${server}"`));
for (const [name, value] of Object.entries({
  window,
  document,
  navigator: window.navigator,
  FormData: window.FormData,
  fetch: fetchAsBrowser(),
}))
  Object.defineProperty(globalThis, name, { value });

await import(join(folder, 'dist/main.js'));
await until('I am new here');
fill({ email: 'ada@example.com', password: 'correct horse battery' });
document.querySelector('[name=isNew]').click();
click('Go on');
await until('(this one)');
show();
click('Log out');
await until('I am new here');
show();
fill({ email: 'ada@example.com', password: 'a wrong one' });
click('Go on');
await until('is wrong');
fill({ email: 'ada@example.com', password: 'correct horse battery' });
click('Go on');
await until('(this one)');
show();
process.exit();

function show() {
  const title = document.querySelector('h1')?.textContent ?? 'nobody';
  console.log(`${title}, sessions: ${document.querySelectorAll('li').length}`);
}

function fill(values) {
  for (const [name, value] of Object.entries(values)) document.querySelector(`[name=${name}]`).value = value;
}

function click(text) {
  [...document.querySelectorAll('button')].find((button) => button.textContent === text).click();
}

/** Waits until the page shows a text. */
function until(text) {
  return new Promise((resolve) => {
    const look = () => document.body.textContent.includes(text) && resolve();
    new window.MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
    look();
  });
}

/** It says where the page is from, keeps cookies, and shows them only to who may see them. */
function fetchAsBrowser() {
  const { fetch } = globalThis;
  const cookies = new Map();
  return async (url, init) => {
    const isWith = init.credentials === 'include';
    const cookie = isWith ? [...cookies].map((pair) => pair.join('=')).join('; ') : '';
    const response = await fetch(url, { ...init, headers: { ...init.headers, origin, ...(cookie ? { cookie } : {}) } });
    for (const text of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(text);
      if (isWith) cookies.set(name, value);
    }
    return response;
  };
}
