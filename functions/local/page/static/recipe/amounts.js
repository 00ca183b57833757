// Scales the amounts of an ingredient's line: "1½ cups (360 ml) milk" times two is "3 cups
// (720 ml) milk". Whole numbers, decimals, fractions in both spellings and ranges are read.
// What cannot be read for sure stays as it is written.

const signs = { '½': 1 / 2, '⅓': 1 / 3, '⅔': 2 / 3, '¼': 1 / 4, '¾': 3 / 4, '⅕': 1 / 5, '⅖': 2 / 5, '⅗': 3 / 5, '⅘': 4 / 5, '⅙': 1 / 6, '⅚': 5 / 6, '⅛': 1 / 8, '⅜': 3 / 8, '⅝': 5 / 8, '⅞': 7 / 8 };
const sign = `[${Object.keys(signs).join('')}]`;

// A value is one of: 1 1/2, 1-1/2, 1/2, 1½, ½, 1,000, 1.5, 12. The order matters.
const value = `(?:\\d+[\\s-]+\\d+\\s*[/⁄]\\s*[1-9]\\d*|\\d+\\s*[/⁄]\\s*[1-9]\\d*|\\d*\\s?${sign}|\\d{1,3}(?:,\\d{3})+|\\d+[.,]\\d{1,2}|\\d+)`;
const between = '\\s*(?:[-–—]|to|or)\\s*'; // 2-3, 2 to 3, 2 or 3
const amount = `${value}(?:${between}${value})?`;

const metric = 'kilograms?|grams?|kg|g|milliliters?|millilitres?|ml|centiliters?|cl|deciliters?|dl|liters?|litres?|l';
const measure = `(?:${metric}|fl\\.?\\s?oz|ounces?|oz|pounds?|lbs?|cups?|c|tablespoons?|tbsps?|tbs|teaspoons?|tsps?|pints?|pt|quarts?|qt|gallons?|sticks?|EL|TL)\\b\\.?`;

// What may stand before the amount that is meant.
const before = '(?:(?:about|approx\\.?|approximately|around|roughly|circa|ca\\.?|~|up to|at least|juice of|zest of|(?:juice and zest|zest and juice) of)\\s*)?';
// What makes a number a size, a share or a name: 2-inch, 70%, 00 flour, 3rd.
const notAmount = '(?!\\s*%|[-\\s]?(?:inch(?:es)?|in\\.|cm|mm|″|")|[.,/⁄]?\\d|(?:st|nd|rd|th)\\b)';

const first = new RegExp(`^(\\s*${before})(${amount})${notAmount}(\\s*)(${measure})?`, 'iu');
const also = new RegExp(`^(\\s*(?:\\+|/|plus|and|to|or|[-–—])\\s*)(${amount})${notAmount}(\\s*)(${measure})`, 'iu');
const inside = new RegExp(`^([^(]*\\(\\s*${before})(${amount})${notAmount}(\\s*)(${measure})`, 'iu');
const container = /\b(?:tins?|cans?|jars?|packets?|packs?|packages?|bags?|box(?:es)?|bottles?|cartons?|containers?|blocks?|bars?|sachets?)\b/i;

/** A line in parts: [{text, amount}], the amounts times factor. */
export function scale(line, factor) {
  const found = first.exec(line);
  if (!found || /^0\d/.test(found[2])) return [{ text: line, amount: false }];
  const parts = [];
  let rest = line;
  let unit;
  const take = ([whole, lead, number, space, measured]) => {
    if (lead) parts.push({ text: lead, amount: false });
    unit = measured;
    parts.push({ text: factor === 1 ? number : times(number, factor, unit), amount: true });
    rest = space + (measured ?? '') + rest.slice(whole.length);
  };
  const keepUnit = () => { // so that what follows it can be read
    const width = rest.length - rest.trimStart().length + (unit?.length ?? 0);
    parts.push({ text: rest.slice(0, width), amount: false });
    rest = rest.slice(width);
  };
  take(found);
  keepUnit();
  for (let next = also.exec(rest); next; next = also.exec(rest)) {
    take(next);
    keepUnit();
  }
  const same = inside.exec(rest);
  if (same && isWhole(same, rest, unit)) take(same);
  parts.push({ text: rest, amount: false });
  return parts.filter(({ text }) => text !== '');
}

/** Whether brackets say the whole amount once more, "1 cup (240 ml)", and not that of each: "2 (400 g) tins". */
function isWhole([whole], rest, unit) {
  const lead = whole.slice(0, whole.indexOf('('));
  if (/\b(?:each|per|apiece)\b/i.test(rest)) return false;
  if (unit) return true;
  return lead.trim() !== '' && !container.test(lead);
}

/** Whether a line has an amount that can be read. */
export const readable = (line) => scale(line, 1).some((part) => part.amount);

/** The number of servings that a text such as "12 muffins" or "4–6 servings" begins with; 0 when there is none. */
export function servingsIn(text = '') {
  const found = new RegExp(`${value}`, 'u').exec(text);
  return found ? Math.round(read(found[0])) : 0;
}

function times(text, factor, unit = '') {
  const range = new RegExp(`^(${value})(${between})(${value})$`, 'iu').exec(text);
  if (!range || new RegExp(`^${value}$`, 'u').test(text)) return write(read(text) * factor, text, unit);
  const [, from, glue, to] = range;
  return write(read(from) * factor, from, unit) + glue + write(read(to) * factor, to, unit);
}

function read(text) {
  const found = new RegExp(`^(\\d*)\\s?(${sign})$`, 'u').exec(text);
  if (found) return Number(found[1]) + signs[found[2]];
  const fraction = /^(?:(\d+)[\s-]+)?(\d+)\s*[/⁄]\s*(\d+)$/.exec(text);
  if (fraction) return Number(fraction[1] ?? 0) + Number(fraction[2]) / Number(fraction[3]);
  if (/^\d{1,3}(?:,\d{3})+$/.test(text)) return Number(text.replaceAll(',', ''));
  return Number(text.replace(',', '.'));
}

const decimal = /^\d+([.,])\d{1,2}$/;

/** Writes a number as its line did: with a fraction for spoons and pieces, with decimals for grams. */
function write(n, asWritten, unit) {
  const comma = decimal.exec(asWritten)?.[1];
  const asFraction = new RegExp(`[/⁄]|${sign}`, 'u').test(asWritten);
  if (asFraction || (!comma && !new RegExp(`^(?:${metric})\\b`, 'i').test(unit))) {
    const whole = Math.floor(n + 0.02);
    const part = n - whole;
    if (Math.abs(part) < 0.02 && whole > 0) return grouped(whole, asWritten);
    const [nearest] = Object.entries(signs).find(([, size]) => Math.abs(size - part) < 0.02) ?? [];
    if (nearest) return (whole > 0 ? grouped(whole, asWritten) : '') + nearest;
  }
  const digits = n >= 100 ? 0 : n >= 10 ? 1 : 2;
  const text = String(Number(n.toFixed(digits)));
  return comma === ',' ? text.replace('.', ',') : grouped(text, asWritten);
}

const grouped = (n, asWritten) => (/\d,\d{3}/.test(asWritten) ? Number(n).toLocaleString('en') : String(n));
