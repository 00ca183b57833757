// The devices that are signed in, each with a button to sign it out.

import { now, sessions } from '../api.js';
import { $, clone, onClick, once } from '../ui/dom.js';
import * as problem from '../ui/problem.js';
import { say } from '../ui/toast.js';
import { ago } from '../ui/words.js';

/** Shows the sessions of set-cache's list. reload is called after one is closed. */
export function showDevices(list, reload) {
  const others = list.filter((s) => !s.current);
  $('#devices-count').textContent = String(list.length);
  $('#sign-out-others').hidden = others.length === 0;
  const inOrder = [...list.filter((s) => s.current), ...others];
  $('#devices-list').replaceChildren(...inOrder.map((s) => device(s, reload)));
}

function device(session, reload) {
  const item = clone('device');
  const since = ago(session.createdAt, now());
  $('.device-name', item).textContent = session.device;
  const button = $('button', item);
  if (session.current) {
    $('.device-times', item).textContent = `This device, signed in ${since}`;
    button.remove();
    return item;
  }
  $('.device-times', item).textContent = `Signed in ${since}, last used ${ago(session.lastSeenAt, now())}`;
  button.setAttribute('aria-label', `Sign out ${session.device}, signed in ${since}`);
  const close = () => closeOne(session, $('.device-problem', item), () => once(button, close), reload);
  onClick(button, close);
  return item;
}

async function closeOne(session, place, again, reload) {
  try {
    await sessions.close(session.id);
  } catch (error) {
    if (error.status !== 404) { // 404: it was closed already, which is what was wanted
      problem.show(place, error, again);
      return;
    }
  }
  say(`${session.device} is signed out.`);
  await reload();
  $('#devices summary').focus();
}
