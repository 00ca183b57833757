// The page's addresses, all behind the # of the URL, so that every server can serve them:
//
//   #/                       the list; ?q=, tag=, show=, rating=, order= and page= are its state
//   #/recipes/ID             one recipe; ?servings=8 scales it
//   #/recipes/ID/cook/2      its second step; ?servings=8 as above
//   #/trash, #/import

/** The address that is open → {view, id, step, query, address}. An unknown address is the list. */
export function route() {
  const address = location.hash.slice(1) || '/';
  const [path, query = ''] = address.split('?', 2);
  const [, first, id, third, step] = path.split('/').map(decode);
  const found = { query: new URLSearchParams(query), address };
  if (first === 'recipes' && id) {
    return third === 'cook' ? { ...found, view: 'cook', id, step: Number.parseInt(step, 10) || 1 } : { ...found, view: 'recipe', id };
  }
  return { ...found, view: first === 'trash' || first === 'import' ? first : 'list' };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}

/** An address with the parts of its query that are set. */
export function address(path, query = {}) {
  const set = Object.entries(query).filter(([, value]) => value !== '' && value !== undefined && value !== null);
  return `#${path}${set.length > 0 ? `?${new URLSearchParams(set)}` : ''}`;
}

export const toRecipe = (id, query) => address(`/recipes/${encodeURIComponent(id)}`, query);
export const toCooking = (id, step, query) => address(`/recipes/${encodeURIComponent(id)}/cook/${step}`, query);

/** Opens an address as a link would. The promise is kept when its view has been asked to show itself. */
export function go(to) {
  if (location.hash === to) return Promise.resolve();
  const opened = new Promise((done) => { addEventListener('hashchange', () => setTimeout(done), { once: true }); });
  location.hash = to;
  return opened;
}

/** Changes the address of what is shown already, without a step for the back button. */
export function note(to) {
  if (location.hash !== to) history.replaceState(history.state, '', to);
}

/** Calls react when the address changes: a link, the back button, somebody who typed. */
export function onChange(react) {
  addEventListener('hashchange', react);
}
