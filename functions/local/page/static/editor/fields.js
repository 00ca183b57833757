// The editor's fields: how each value of a recipe is shown as text, and read back from it.

import { complete } from '../ui/forms.js';
import { setValue, value } from '../ui/stars.js';
import { $, clone } from '../ui/dom.js';
import { nutrient, nutrients } from '../ui/words.js';

const form = $('#recipe');
const rating = $('#recipe-rating');

const text = { show: (s) => s ?? '', read: (s) => s };
const link = { show: text.show, read: complete };
const number = { show: (n) => (n ? String(n) : ''), read: Number };
const flag = { show: (on) => (on ? 'yes' : ''), read: Boolean };
const list = (separator, glue) => ({
  show: (items = []) => items.join(glue),
  read: (s) => s.split(separator).map((item) => item.trim()).filter(Boolean),
});

const fields = {
  title: text, url: link, imageUrl: link, author: text, yield: text, description: text, notes: text,
  ingredients: list('\n', '\n'), steps: list(/\n[ \t]*\n/, '\n\n'), tags: list(',', ', '),
  servings: number, prepMinutes: number, cookMinutes: number, totalMinutes: number,
  rating: { show: (n) => String(n ?? 0), read: Number }, made: flag, favorite: flag,
};

for (const name of nutrients) {
  const box = clone('nutrient');
  const [label, input] = box.children;
  label.textContent = nutrient(name);
  label.htmlFor = input.id = `recipe-${name}`;
  input.name = `nutrition/${name}`;
  $('#nutrition').append(box);
  fields[input.name] = text;
}

export const names = Object.keys(fields);

export const control = (name) => (name === 'rating' ? rating : form.elements[name]);

/** What a field shows. */
export function get(name) {
  const c = control(name);
  if (name === 'rating') return String(value(c));
  return c.type === 'checkbox' ? fields[name].show(c.checked) : c.value;
}

export function set(name, shown) {
  const c = control(name);
  if (name === 'rating') setValue(c, Number(shown));
  else if (c.type === 'checkbox') c.checked = shown !== '';
  else c.value = shown;
}

/** Shows a recipe, or nothing. */
export function fill(recipe) {
  for (const name of names) {
    const [field, inner] = name.split('/');
    const value = recipe?.[field];
    set(name, fields[name].show(inner ? value?.[inner] : value));
  }
}

/** What all fields show. */
export const typed = () => Object.fromEntries(names.map((name) => [name, get(name)]));

/** Some fields as the API has them. An empty value of nutrition removes the stored one. */
export function read(some) {
  const recipe = {};
  for (const name of some) {
    const [field, inner] = name.split('/');
    const value = fields[name].read(get(name));
    if (inner) recipe[field] = { ...recipe[field], [inner]: value };
    else recipe[field] = value;
  }
  return recipe;
}

/** The number fields whose text is not a number. */
export const unreadable = () => names.filter((name) => control(name).validity?.badInput);

/** A field's text as it is said outside the form. */
export function spoken(name, shown) {
  if (name === 'made' || name === 'favorite') return `${name === 'made' ? 'made it' : 'favorite'}: ${shown ? 'yes' : 'no'}`;
  if (name === 'rating') return shown === '0' ? 'no rating' : `${shown} of 5 stars`;
  return shown === '' ? 'nothing' : shown;
}
