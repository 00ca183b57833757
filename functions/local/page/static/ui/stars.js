// A rating as six radio buttons, 0 (none) to 5, drawn as stars: arrow keys move it, a
// screen reader hears "3 stars".

import { $, clone } from './dom.js';

let count = 0;

/** Fills a fieldset with stars. onPick is called with the number that a person chose. */
export function stars(fieldset, onPick = () => {}) {
  const group = `stars-${++count}`;
  for (let n = 0; n <= 5; n++) {
    const part = clone('star');
    const [input, label] = part.children;
    Object.assign(input, { id: `${group}-${n}`, name: group, value: String(n) });
    label.htmlFor = input.id;
    label.title = $('.unseen', label).textContent = n === 0 ? 'No rating' : `${n} ${n === 1 ? 'star' : 'stars'}`;
    if (n === 0) label.classList.add('none');
    fieldset.append(part);
  }
  fieldset.addEventListener('click', (event) => { // arrow keys click too, and so does the star that is half
    if (!(event.target instanceof HTMLInputElement)) return;
    setValue(fieldset, Number(event.target.value));
    onPick(value(fieldset));
  });
}

/** The rating that is shown. */
export const value = (fieldset) => Number(fieldset.dataset.rating);

/** Shows a rating; 3.5 is three stars and half of the fourth. */
export function setValue(fieldset, rating) {
  const part = rating - Math.floor(rating);
  const half = part >= 0.25 && part < 0.75;
  fieldset.dataset.rating = String(rating);
  $(`input[value="${half ? Math.ceil(rating) : Math.round(rating)}"]`, fieldset).checked = true;
  fieldset.classList.toggle('half', half);
  fieldset.classList.toggle('rated', rating > 0);
}
