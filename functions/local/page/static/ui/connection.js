// Reads that got no answer run again by themselves: after a few spaced waits, when the
// browser comes online, and when somebody looks at the page again. Writes do not: the
// person who made one decides about it.

import { $, once } from './dom.js';

const bar = $('#connection');
const waits = [2, 4, 8, 15, 30, 60]; // seconds before each try

const reads = new Set(); // what is to run again
let tried = 0;
let timer;
let running = false;

/** Runs read again later, at the earliest after some seconds. When it fails again it comes back here. */
export function retryLater(read, seconds = 0) {
  reads.add(read);
  if (!running) plan(seconds);
}

/** Forgets what waits: the view that wanted it is left. */
export function forgetReads() {
  reads.clear();
  tried = 0;
  rest();
}

export async function tryNow() {
  if (running) return;
  clearTimeout(timer);
  running = true;
  const again = [...reads];
  reads.clear();
  await Promise.all(again.map((read) => read()));
  running = false;
  if (reads.size === 0) {
    tried = 0;
    rest();
  } else {
    tried++;
    plan(0);
  }
}

function plan(atLeast) {
  const text = navigator.onLine ? 'The server does not answer.' : 'You are offline.';
  if ($('#connection-text').textContent !== text) $('#connection-text').textContent = text; // said once
  bar.hidden = false;
  $('#connection-now').hidden = reads.size === 0;
  clearTimeout(timer);
  if (tried >= waits.length || reads.size === 0) {
    $('#connection-wait').textContent = '';
    return;
  }
  const at = Date.now() + Math.max(waits[tried], atLeast) * 1000;
  const tick = () => {
    const left = Math.ceil((at - Date.now()) / 1000);
    $('#connection-wait').textContent = `Next try in ${left} s.`;
    if (left > 0) timer = setTimeout(tick, 250);
    else tryNow();
  };
  tick();
}

/** Takes the bar away, unless the browser is offline. */
function rest() {
  clearTimeout(timer);
  $('#connection-wait').textContent = '';
  if (!navigator.onLine) return;
  bar.hidden = true;
  $('#connection-text').textContent = '';
}

/** Wires the bar. */
export function start() {
  addEventListener('offline', () => plan(0));
  addEventListener('online', () => {
    tried = 0;
    if (reads.size > 0) tryNow();
    else rest();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && reads.size > 0) tryNow();
  });
  const now = $('#connection-now');
  now.addEventListener('click', () => once(now, () => { tried = 0; return tryNow(); }));
  if (!navigator.onLine) plan(0);
}
