// How a page calls the three functions when it is served from the same host: plain fetch,
// and the session travels in a cookie that scripts cannot read. This file needs nothing
// else of the page; copy it.
//
// A page on another host asks for {Transport: 'bearer'} when it opens the session, keeps
// the answer's `session` in memory and sends it as `Authorization: Bearer …`.

const patience = 15_000; // ms until a call that gets no answer is given up
const longPatience = 120_000; // the same for a call that is about many recipes

/**
 * What a call that did not succeed throws. `code` tells problems apart, `message` is for
 * people, `fields` says what is wrong with which part of the body ({location, message},
 * location being a JSON pointer such as "/title"), and `retryAfter` is how many seconds to
 * wait before trying again (undefined when there is no use in it).
 */
export class Problem extends Error {
  constructor({ status = 0, code = 'network', detail, title, errors = [], requestId, retryAfter }) {
    super(detail || title || 'Something went wrong.');
    this.name = 'Problem';
    Object.assign(this, { status, code, fields: errors, requestId, retryAfter });
  }

  /** Whether the same call may succeed later: no answer came, or one that says so. */
  get temporary() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/**
 * One call. Returns the answer's JSON, undefined when it has none; throws a Problem. `body`
 * is sent as JSON, `text` as it is.
 */
async function call(method, url, { body, text, type = 'application/json', headers, signal, wait = patience } = {}) {
  const request = { method, credentials: 'same-origin', cache: 'no-store', headers: { ...headers } };
  if (body !== undefined || text !== undefined) {
    request.headers['Content-Type'] = type;
    request.body = text ?? JSON.stringify(body);
  }
  const timeout = AbortSignal.timeout(wait);
  request.signal = signal ? AbortSignal.any([signal, timeout]) : timeout;

  let response;
  let answer;
  try {
    response = await fetch(url, request);
    answer = await response.text();
  } catch (cause) {
    if (signal?.aborted) throw cause; // the caller's own wish, and no problem
    throw new Problem({ detail: 'No answer came. Check the connection and try again.' });
  }
  noteClock(response);
  const json = parse(response, answer);
  if (response.ok) return json;
  const seconds = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  throw new Problem({
    code: 'error', title: response.statusText, ...json,
    status: response.status,
    retryAfter: Number.isNaN(seconds) ? undefined : seconds,
  });
}

/** A call whose answer is a file. → Blob */
async function download(url) {
  try {
    const response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(longPatience) });
    if (response.ok) return await response.blob();
  } catch {
    throw new Problem({ detail: 'The file did not arrive whole. Check the connection and try again.' });
  }
  return call('GET', url); // for its Problem
}

/** Answers are JSON, errors are application/problem+json (RFC 9457). */
function parse(response, text) {
  if (!text || !/[/+]json\b/.test(response.headers.get('Content-Type') ?? '')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem({ status: response.status, code: 'error', detail: 'The answer could not be read.' });
  }
}

// The server's clock decides when a session ends, so time left is counted by it.
let ahead = 0;

function noteClock(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) ahead = Math.abs(date - Date.now()) < 2_000 ? 0 : date - Date.now();
}

/** The server's time in milliseconds. */
export const now = () => Date.now() + ahead;

const id = encodeURIComponent;

/** set-cache: open, list and close sessions. */
export const sessions = {
  /** Hands over a fresh sign-in; the answer sets the cookie. → {userID, expiresAt} */
  open: (userID, idToken) => call('POST', '/set-cache', { body: { UserID: userID, AuthToken: idToken } }),
  /** → [{id, current, device, createdAt, lastSeenAt, expiresAt}] */
  list: async () => (await call('GET', '/set-cache')).sessions,
  /** Signs one of the user's devices out. */
  close: (sessionID) => call('DELETE', `/set-cache/${id(sessionID)}`),
  /** Signs this device out. */
  end: () => call('DELETE', '/set-cache'),
  /** Signs the user's other devices out. */
  endOthers: () => call('DELETE', '/set-cache?others=true'),
  /** Signs every device out, and revokes the sign-ins at Firebase. */
  endAll: () => call('DELETE', '/set-cache?all=true'),
};

/** check-expiration: true unless this browser's session is alive (and userID's, if given). */
export const expired = (userID) =>
  call('GET', userID ? `/check-expiration?userID=${id(userID)}` : '/check-expiration');

/** recipes. An `etag` is the version that a change was made from: another one gets a 412. */
export const recipes = {
  /** query: q, made, favorite, state, orderBy, count, pageToken, … → {recipes, nextPageToken, totalSize} */
  list: (query, signal) => call('GET', `/recipes?${new URLSearchParams(query)}`, { signal }),
  get: (recipeID) => call('GET', `/recipes/${id(recipeID)}`),
  /** The same key again creates nothing twice, so a try whose answer got lost can be repeated. */
  create: (recipe, key) => call('POST', '/recipes', { body: recipe, headers: { 'Idempotency-Key': key } }),
  /** change holds only the fields to set. */
  patch: (recipeID, change, etag) => call('PATCH', `/recipes/${id(recipeID)}`, {
    body: change,
    type: 'application/merge-patch+json',
    headers: etag ? { 'If-Match': `"${etag}"` } : {},
  }),
  /** Into the trash, where it stays for 30 days. */
  trash: (recipeID) => call('DELETE', `/recipes/${id(recipeID)}`),
  restore: (recipeID) => call('POST', `/recipes/${id(recipeID)}:restore`),
  /** Out of the trash, for good. */
  erase: (recipeID) => call('DELETE', `/recipes/${id(recipeID)}?permanent=true`),
  emptyTrash: () => call('DELETE', '/recipes?state=trashed', { wait: longPatience }),
  /** Every recipe, for good. A Problem with the code recent_login_required asks for a new sign-in first. */
  deleteAll: () => call('DELETE', '/recipes?all=true', { headers: { 'X-Confirm-Delete': 'all-recipes' }, wait: longPatience }),

  /** source is {url}, or {text, type} of JSON-LD or HTML → what would be stored, recipe by recipe */
  preview: async (source) => (await call('POST', '/recipes/:import?dryRun=true', carry(source))).results,
  /** Brings recipes of an export back, with their ids and times. → as above */
  bringBack: async (text) => (await call('POST', '/recipes/:import?restore=true', carry({ text, type: 'application/ld+json' }))).results,
  /** → a Blob: the JSON-LD document of all recipes */
  export: () => download('/recipes/:export'),
};

const carry = ({ url, text, type }) => ({ ...(url ? { body: { url } } : { text, type }), wait: longPatience });
