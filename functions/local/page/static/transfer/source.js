// What somebody pasted, dropped or chose: an address, JSON-LD, or a page's source.

import { webAddress } from '../ui/dom.js';
import { complete } from '../ui/forms.js';

const most = 50; // recipes in one request; the server takes a hundred
const mostText = 2 << 20; // characters in one request; the server takes 4 MiB

/**
 * Finds out what a text is. → {sources, own}: sources are what the API takes, in order; a
 * large list is several. `own` are the recipes of an export of Pantry, as the document has
 * them; they can be brought back with their ids and times.
 */
export function understand(text) {
  const trimmed = text.trim();
  const url = !/\s/.test(trimmed) && webAddress(complete(trimmed));
  if (url) return { sources: [{ url: url.href }] };
  if (!/^[[{]/.test(trimmed)) return { sources: [{ text, type: 'text/html' }] };
  return understandJSON(trimmed);
}

function understandJSON(text) {
  const whole = { sources: [{ text, type: 'application/ld+json' }] };
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    return whole; // the server says what is wrong with it
  }
  const items = Array.isArray(document) ? document : document['@graph'];
  if (!Array.isArray(items)) return isOwn(document) ? { ...whole, own: { items: [document] } } : whole;
  const context = Array.isArray(document) ? undefined : document['@context'];
  const own = items.length > 0 && items.every(isOwn) ? { items, context } : undefined;
  if (!own && items.length <= most) return whole; // what refers to each other stays together
  return { sources: chunks(items).map((some) => ({ text: asDocument(some, context), type: 'application/ld+json' })), own };
}

const isOwn = (item) => item?.['@type'] === 'Recipe' && 'pantry:format' in item;

/** A JSON-LD document of some items. */
export const asDocument = (items, context) => JSON.stringify({ ...(context && { '@context': context }), '@graph': items });

/** Parts of a list that one request each can carry. */
export function chunks(items) {
  const all = [];
  let size = Infinity;
  for (const item of items) {
    const width = JSON.stringify(item).length;
    if (size + width > mostText || all.at(-1).length === most) {
      all.push([]);
      size = 0;
    }
    all.at(-1).push(item);
    size += width;
  }
  return all;
}
