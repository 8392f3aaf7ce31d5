// The console: call a procedure, publish, subscribe and see what comes, with a history of what was done.

import { el } from './ui.js';

const MOST = 500;
const REMEMBERED = 50;

/** A text that is JSON, or what is wrong with it. */
function parsed(field, fallback) {
  const text = field.value.trim();
  if (!text) return fallback;
  try {
    const value = JSON.parse(text);
    if (Array.isArray(value) !== Array.isArray(fallback) || typeof value !== 'object' || value === null) {
      throw new SyntaxError(Array.isArray(fallback) ? 'a list such as [1, "two"] is expected' : 'an object such as {"a": 1} is expected');
    }
    return value;
  } catch (e) {
    field.setCustomValidity(e.message);
    field.reportValidity();
    throw e;
  }
}

export function consoleView(session) {
  const uri = el('input', { name: 'uri', required: true, autocomplete: 'off', list: 'uris', spellcheck: 'false' });
  const args = el('textarea', { name: 'args', rows: '3', placeholder: '[ ]', spellcheck: 'false' });
  const kwargs = el('textarea', { name: 'kwargs', rows: '3', placeholder: '{ }', spellcheck: 'false' });
  const known = el('datalist', { id: 'uris' });
  const past = el('select', { 'aria-label': 'What was done before' });
  const subscriptions = el('div.bar');
  const log = el('ol.log', { 'aria-live': 'polite' });
  const history = JSON.parse(localStorage.getItem('polywire.history') ?? '[]');

  for (const field of [args, kwargs]) field.addEventListener('input', () => field.setCustomValidity(''));

  function write(kind, text) {
    const at = new Date();
    const item = el('li', {}, el('time', { datetime: at.toISOString() }, at.toLocaleTimeString()), el(`span.${kind}`, {}, text));
    log.prepend(item);
    while (log.children.length > MOST) log.lastChild.remove();
    return item;
  }

  const values = (list, named) => [...list.map(v => JSON.stringify(v)), ...Object.entries(named).map(([k, v]) => `${k}=${JSON.stringify(v)}`)].join('  ') || '(nothing)';

  function remember(action) {
    const entry = { action, uri: uri.value, args: args.value, kwargs: kwargs.value };
    const same = history.findIndex(h => JSON.stringify(h) === JSON.stringify(entry));
    if (same >= 0) history.splice(same, 1);
    history.unshift(entry);
    history.length = Math.min(history.length, REMEMBERED);
    localStorage.setItem('polywire.history', JSON.stringify(history));
    recall();
  }

  function recall() {
    past.replaceChildren(el('option', { value: '' }, history.length ? 'Before …' : 'Nothing was done before'),
      ...history.map((h, i) => el('option', { value: String(i) }, `${h.action} ${h.uri} ${h.args} ${h.kwargs}`.slice(0, 90))));
  }

  past.addEventListener('change', () => {
    const entry = history[past.value];
    if (entry) { uri.value = entry.uri; args.value = entry.args; kwargs.value = entry.kwargs; }
    past.value = '';
  });

  async function call() {
    const [list, named, procedure] = [parsed(args, []), parsed(kwargs, {}), uri.value];
    remember('call');
    const start = performance.now();
    try {
      const result = await session().call(procedure, list, named, { progress: part => write('event', `… ${procedure}  ${values(part.args, part.kwargs)}`) });
      write('result', `${procedure}  →  ${values(result.args, result.kwargs)}   ${(performance.now() - start).toFixed(1)} ms`);
    } catch (e) {
      write('error', `${procedure}  ${e.message}`);
    }
  }

  async function publish() {
    const [list, named, topic] = [parsed(args, []), parsed(kwargs, {}), uri.value];
    remember('publish');
    try {
      await session().publish(topic, list, named, { exclude_me: false });
      write('result', `published to ${topic}`);
    } catch (e) {
      write('error', `${topic}  ${e.message}`);
    }
  }

  async function subscribe() {
    const topic = uri.value;
    remember('subscribe');
    const match = topic === '' || topic.endsWith('.') ? 'prefix' : topic.includes('..') || topic.startsWith('.') ? 'wildcard' : 'exact';
    try {
      const end = await session().subscribe(topic, (list, named, details) => write('event', `${details.topic ?? topic}  ${values(list, named)}`), { match, get_retained: true });
      const chip = el('button.small', { type: 'button', title: 'End this subscription', onclick: async () => {
        chip.remove();
        await end().catch(() => {});
        write('result', `no longer subscribed to ${topic}`);
      } }, `${topic || '(all)'} ×`);
      subscriptions.append(chip);
      session().closed.then(() => chip.remove());
      write('result', `subscribed to ${topic} (${match})`);
    } catch (e) {
      write('error', `${topic}  ${e.message}`);
    }
  }

  async function suggest() {
    try {
      const { args: [answer] } = await session().call('polywire.procedures', [], { limit: 500, filter: uri.value });
      known.replaceChildren(...answer.procedures.map(p => el('option', { value: p.procedure })));
    } catch {
      known.replaceChildren();
    }
  }

  const actions = { call, publish, subscribe };
  const form = el('form', {
    onsubmit: e => {
      e.preventDefault();
      actions[e.submitter?.value ?? 'call']().catch(() => {});
    },
  },
  past,
  el('label', {}, 'Procedure or topic', uri), known,
  el('label', {}, 'Arguments, a JSON list', args),
  el('label', {}, 'Named arguments, a JSON object', kwargs),
  el('div.bar', {}, ...Object.keys(actions).map((name, i) => el(`button${i === 0 ? '.primary' : ''}`, { type: 'submit', value: name }, name[0].toUpperCase() + name.slice(1))),
    el('button', { type: 'button', onclick: () => log.replaceChildren() }, 'Clear')),
  subscriptions);

  uri.addEventListener('focus', suggest);
  recall();
  return { name: 'Console', nodes: [el('div.console', {}, form, el('section.panel', {}, log))], filter: uri };
}
