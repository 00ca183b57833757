// A recipe's picture. One that is on the web is loaded over https only and without saying
// where from; until it is there, and when there is none, a drawing that suits the recipe
// stands in its place.

import { make, webAddress } from './dom.js';

// The first drawing that a word of the recipe's title or tags names.
const drawings = [
  ['soup', /soup|broth|stew|chili|dal\b|curry|ramen/],
  ['noodles', /noodle|pasta|spaghetti|udon|lasagn|gnocchi|risotto|rice/],
  ['pancakes', /pancake|cr[eê]pe|waffle|breakfast|omelet/],
  ['bread', /bread|loaf|toast|sandwich|pizza|focaccia|rolls?\b/],
  ['cake', /cake|crumble|pie|tart|cookie|muffin|brownie|dessert|pudding|baking/],
  ['glass', /drink|lemonade|smoothie|cocktail|juice|tea\b|coffee/],
  ['fish', /fish|salmon|tuna|cod|prawn|shrimp/],
  ['roast', /roast|chicken|beef|pork|lamb|turkey|steak|sunday/],
  ['leaves', /salad|vegan|vegetarian|greens|pesto|vegetable/],
];

const svg = 'http://www.w3.org/2000/svg';
const colours = 6;

/** Fills an element with the picture of a recipe. `eager` loads it at once. */
export function picture(element, recipe, { eager = false } = {}) {
  draw(element, recipe);
  const url = webAddress(recipe.imageUrl);
  if (!url || (url.protocol !== 'https:' && url.origin !== location.origin)) return;
  const image = make('img', '', { alt: '', decoding: 'async', loading: eager ? 'eager' : 'lazy', referrerpolicy: 'no-referrer' });
  image.addEventListener('load', () => element.classList.add('loaded'));
  image.addEventListener('error', () => image.remove());
  image.src = url.href;
  element.append(image);
}

function draw(element, { id, title, tags = [] }) {
  const words = [title, ...tags].join(' ').toLowerCase();
  const [name] = drawings.find(([, pattern]) => pattern.test(words)) ?? ['pot'];
  let sum = 0;
  for (const c of id ?? title) sum += c.codePointAt(0);
  element.dataset.colour = String(sum % colours);
  element.classList.remove('loaded');
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('aria-hidden', 'true');
  drawing.append(document.createElementNS(svg, 'use'));
  drawing.firstChild.setAttribute('href', `#draw-${name}`);
  element.replaceChildren(drawing);
}
