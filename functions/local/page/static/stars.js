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
  fieldset.addEventListener('change', () => onPick(value(fieldset)));
}

export const value = (fieldset) => Number($('input:checked', fieldset)?.value ?? 0);

/** Shows a rating, which may lie between two stars. */
export function setValue(fieldset, rating) {
  $(`input[value="${Math.round(rating)}"]`, fieldset).checked = true;
  fieldset.classList.toggle('rated', rating > 0);
}
