// This device's session with the time it has left, and the other devices.

import { expired, now, sessions } from './api.js';
import { canRefresh } from './auth.js';
import { $, clone, closable, once, say } from './dom.js';
import { me } from './me.js';
import * as problem from './problem.js';
import { renew } from './signin.js';
import { ago, left, roughly, when } from './time.js';

const panel = $('#session');
const place = $('#session-problem');
const everywhere = $('#everywhere');

let current; // this device's session
let clock; // the timer

/** Asks for the sessions and shows them. */
export async function load() {
  try {
    const list = await sessions.list();
    place.replaceChildren();
    current = list.find((s) => s.current);
    showCurrent(list.length - 1);
    const others = list.filter((s) => !s.current);
    $('#no-others').hidden = others.length > 0;
    $('#others').replaceChildren(...others.map(device));
  } catch (error) {
    problem.show(place, error, load);
  }
}

function showCurrent(others) {
  $('#device-name').textContent = current.device;
  const end = $('#session-end');
  end.dateTime = current.expiresAt;
  end.textContent = `on ${when(current.expiresAt)}`;
  $('#renew').hidden = !canRefresh();
  const also = others === 0 ? '' : `, ${others} other ${others === 1 ? 'device' : 'devices'}`;
  $('#session-brief').textContent = `${roughly(timeLeft())} left${also}`;
  tick();
}

const timeLeft = () => Date.parse(current.expiresAt) - now();

function tick() {
  clearTimeout(clock);
  const ms = timeLeft();
  $('#clock').textContent = left(ms);
  $('#clock-bar').value = ms / (Date.parse(current.expiresAt) - Date.parse(current.createdAt));
  if (ms > 0) clock = setTimeout(tick, (ms % 1000) + 1); // when the next second is gone
  else check();
}

/** Asks whether the session is still alive; the sign-in is shown when it is not. */
export async function check() {
  try {
    if (await expired(me().userID)) document.dispatchEvent(new CustomEvent('session-ended'));
  } catch { /* no answer is no reason to send anybody away; the next call will tell */ }
}

function device(session) {
  const item = clone('device');
  $('.device-name', item).textContent = session.device;
  $('.device-times', item).textContent = `Signed in ${ago(session.createdAt, now())}, last seen ${ago(session.lastSeenAt, now())}`;
  const button = $('button', item);
  button.setAttribute('aria-label', `Sign out ${session.device}, signed in ${ago(session.createdAt, now())}`);
  const close = () => once(button, () => closeOne(session, $('.device-problem', item), close));
  button.addEventListener('click', close);
  return item;
}

async function closeOne(session, where, again) {
  try {
    await sessions.close(session.id);
  } catch (error) {
    if (error.status !== 404) { // 404: it was closed already, which is what was wanted
      problem.show(where, error, again);
      return;
    }
  }
  say(`${session.device} is signed out.`);
  await load();
  $('#others-title').focus();
}

async function endEverywhere() {
  try {
    await sessions.endAll();
  } catch (error) {
    problem.show($('#everywhere-problem'), error, () => once(everywhere, endEverywhere));
    return;
  }
  document.dispatchEvent(new CustomEvent('session-ended', { detail: { notice: 'You are signed out on every device.' } }));
}

async function begin() {
  try {
    await renew(me().email);
    say('The session’s time starts again.');
    await load();
  } catch (error) {
    problem.show(place, error, () => once($('#renew'), begin));
  }
}

/** Wires the panel. */
export function start() {
  panel.open = matchMedia('(min-width: 60rem)').matches;
  $('#look').addEventListener('click', () => once($('#look'), async () => {
    await load();
    if (!place.firstChild) say('The devices are up to date.');
  }));
  $('#renew').addEventListener('click', () => once($('#renew'), begin));
  $('#sign-out-all').addEventListener('click', () => {
    $('#everywhere-problem').replaceChildren();
    everywhere.showModal();
  });
  closable(everywhere);
  $('#everywhere-yes').addEventListener('click', () => once(everywhere, endEverywhere));
}

export function stop() {
  clearTimeout(clock);
  current = undefined;
  everywhere.close();
  place.replaceChildren();
  $('#others').replaceChildren();
}
