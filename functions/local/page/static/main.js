import { expired, recipes, sessions } from './api.js';
import { config, signIn } from './auth.js';

const form = document.querySelector('#signin');
const status = document.querySelector('#status');
form.elements.email.value = config.demo?.email ?? '';
form.elements.password.value = config.demo?.password ?? '';

async function show() {
  form.hidden = !(await expired());
  if (!form.hidden) return;
  const list = await recipes.list({});
  document.querySelector('#recipes').replaceChildren(...list.recipes.map((r) => {
    const item = document.createElement('li');
    item.textContent = r.title;
    return item;
  }));
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const user = await signIn(form.elements.email.value, form.elements.password.value);
    await sessions.open(user.userID, user.idToken);
    await show();
  } catch (error) {
    status.textContent = error.message;
  }
});
show().catch((error) => { status.textContent = error.message; });
