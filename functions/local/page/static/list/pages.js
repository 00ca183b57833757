// Pages of a list, whatever it lists.

import { recipes } from '../api.js';

const most = 100; // recipes that one request may ask for

/**
 * The first `wanted` recipes of a query, or those after pageToken, without their
 * ingredients, steps and notes. A page may hold fewer than were asked for, even none, and
 * have a next one, because one request looks at a limited number of recipes.
 * → {recipes, nextPageToken, totalSize}
 */
export async function fetchPages(query, wanted, signal, pageToken) {
  const found = [];
  let token = pageToken;
  let totalSize;
  for (let requests = 0; requests < 20; requests++) {
    const left = wanted - found.length;
    const page = await recipes.list({
      ...query, view: 'summary', pageSize: Math.min(left, most), ...(token ? { pageToken: token } : { count: 'true' }),
    }, signal);
    totalSize ??= page.totalSize;
    found.push(...page.recipes);
    token = page.nextPageToken;
    if (!token || found.length >= wanted) break;
  }
  return { recipes: found, nextPageToken: token, totalSize };
}
