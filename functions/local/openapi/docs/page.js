// The page of the API: Swagger UI shows the document, and tries calls with the session that
// the page at / has opened. The browser sends its cookie along by itself.

import { addCurl } from './curl.js';

const spec = addCurl(await (await fetch('/openapi.json')).json(), location.origin);
[spec.info.description] = spec.info.description.split('\n\n## Errors'); // they have a table of their own
document.querySelector('#codes').append(...spec['x-error-codes'].map(row));

function row({ code, status, meaning, page }) {
  const line = document.createElement('tr');
  for (const text of [code, status.join(', '), meaning, page]) line.insertCell().textContent = text;
  return line;
}

globalThis.SwaggerUIBundle({
  spec,
  dom_id: '#api',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: 'list',
  filter: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});

const expired = await (await fetch('/check-expiration')).json();
const said = document.querySelector('#session');
said.textContent = expired === false
  ? 'You are signed in: “Execute” calls with your session and changes your recipes.'
  : 'You are signed out. Sign in at Pantry first, then “Execute” calls with your session.';
