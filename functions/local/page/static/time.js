// Words for times.

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

/** "6 days 23:59:58": what is left of a session, to the second. */
export function left(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const clock = `${two(Math.floor((s % 86_400) / 3_600))}:${two(Math.floor((s % 3_600) / 60))}:${two(s % 60)}`;
  const days = Math.floor(s / 86_400);
  if (days === 0) return clock;
  return `${days} ${days === 1 ? 'day' : 'days'} ${clock}`;
}

/** "7 days", "23 hours", "5 minutes": the same in one unit, rounded up. */
export function roughly(ms) {
  for (const [unit, size] of units) {
    const n = Math.ceil(ms / 1000 / size);
    if (ms / 1000 >= size || unit === 'minute') return `${n} ${unit}${n === 1 ? '' : 's'}`;
  }
  return '';
}

const format = (options) => new Intl.DateTimeFormat('en', options);
const moment = format({ weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hour12: false });
const date = format({ day: 'numeric', month: 'long', year: 'numeric' });

/** "Saturday, December 5 at 14:03" */
export const when = (time) => moment.format(new Date(time));

/** "December 5, 2026" */
export const day = (time) => date.format(new Date(time));

/** "1 h 20 min" */
export function minutes(n) {
  const [h, m] = [Math.floor(n / 60), n % 60];
  return [h && `${h} h`, m && `${m} min`].filter(Boolean).join(' ');
}
