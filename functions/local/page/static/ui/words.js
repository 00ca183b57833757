// Words for times and numbers.

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]];

/** "3 hours ago", "just now". */
export function ago(time, now) {
  const seconds = Math.round((Date.parse(time) - now) / 1000);
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

/** "7 days", "23 hours", "5 minutes": a time in one unit, rounded. */
export function roughly(ms) {
  for (const [unit, size] of units) {
    const n = Math.round(ms / 1000 / size);
    if (n >= 1 || unit === 'minute') return several(Math.max(n, 1), unit);
  }
  return '';
}

/** "1 recipe", "3 recipes". */
export const several = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

const format = (options) => new Intl.DateTimeFormat('en', options);
const moment = format({ weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const date = format({ day: 'numeric', month: 'long', year: 'numeric' });

/** "Saturday, December 5 at 14:03", for a time within the next weeks. */
export const when = (time) => moment.format(new Date(time));

/** "today", "yesterday", "5 days ago", "December 5, 2026". */
export function day(time) {
  const then = new Date(time);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / 86_400_000);
  return days >= 0 && days < 14 ? relative.format(-days, 'day') : date.format(then);
}

/** The names of the values in nutrition (schema.org), in the order of the page. */
export const nutrients = [
  'servingSize', 'calories', 'fatContent', 'saturatedFatContent', 'unsaturatedFatContent', 'transFatContent',
  'carbohydrateContent', 'sugarContent', 'fiberContent', 'proteinContent', 'sodiumContent', 'cholesterolContent',
];

/** "Saturated fat", for saturatedFatContent. */
export function nutrient(name) {
  const text = name.replace(/Content$/, '').replace(/(?=[A-Z])/g, ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "1 h 20 min" */
export function minutes(n) {
  const [h, m] = [Math.floor(n / 60), n % 60];
  return [h && `${h} h`, m && `${m} min`].filter(Boolean).join(' ');
}
