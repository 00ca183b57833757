// What the list shows: the same state as an address, as the search form, and as a query of
// the API.

import { address } from '../router.js';

const orders = { '': 'updatedAt desc', newest: 'createdAt desc', rating: 'rating desc', title: 'title' };
const shows = { favorite: { favorite: 'true' }, made: { made: 'true' }, new: { made: 'false' } };

/** The state that an address names. What it does not know becomes the default. */
export function fromAddress(query) {
  const pick = (name, known) => (Object.hasOwn(known, query.get(name) ?? '') ? query.get(name) ?? '' : '');
  return {
    q: query.get('q') ?? '',
    tag: query.get('tag') ?? '',
    show: pick('show', shows),
    rating: pick('rating', { 3: 1, 4: 1, 5: 1 }),
    order: pick('order', orders),
    page: Math.min(Math.max(Number.parseInt(query.get('page'), 10) || 1, 1), 100),
  };
}

/** The address of a state; what is as usual is left out. */
export const toAddress = ({ page, ...state }) => address('/', { ...state, page: page > 1 ? page : '' });

export function fromForm({ q, tag, show, rating, order }) {
  return {
    q: q.value.trim(), tag: tag.value.trim(), show: show.value === 'all' ? '' : show.value,
    rating: rating.value, order: order.value, page: 1,
  };
}

export function toForm(state, { q, tag, show, rating, order }) {
  for (const [control, value] of [[q, state.q], [tag, state.tag], [rating, state.rating], [order, state.order]]) {
    if (control.value.trim() !== value) control.value = value; // a space at the end may still be typed on
  }
  show.value = state.show || 'all';
}

/** The query of the API, without its page. */
export function toQuery({ q, tag, show, rating, order }) {
  return { orderBy: orders[order], ...shows[show], ...(q && { q }), ...(tag && { tag }), ...(rating && { minRating: rating }) };
}

/** Whether a state leaves recipes out. */
export const filters = ({ q, tag, show, rating }) => Boolean(q || tag || show || rating);

/** Why nothing is there. */
export function nothing({ q, tag, show, rating }) {
  const several = [q, tag, show, rating].filter(Boolean).length > 1;
  if (several) return 'No recipe fits all of these filters.';
  if (q) return `No recipe has “${q}” in it.`;
  if (tag) return `No recipe has the tag “${tag}”.`;
  if (rating) return 'No recipe is rated that high.';
  return { favorite: 'No recipe is a favorite yet.', made: 'No recipe is marked as made yet.', new: 'You have made all of them.' }[show];
}
