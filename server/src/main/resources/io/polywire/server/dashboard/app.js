// The dashboard: a client of the router like any other, with the rights of whoever logs in.

import { Session } from './wamp.js';
import { el, number, rate, micros, bytes, age, Table, Chart } from './ui.js';
import { consoleView } from './console.js';

const $ = id => document.getElementById(id);
const TICK = 1000;
const BLUE = '#2f81f7', GREEN = '#2da44e', ORANGE = '#d4862a', RED = '#d1453b';

let session;
let stats;
let previous;
let offset = 0; // the server's clock less ours

const ask = async (procedure, args = [], kwargs = {}) => (await session.call(procedure, args, kwargs, { timeout: 10000 })).args[0];

function show(title, ...content) {
  $('detail-title').textContent = title;
  $('detail-body').replaceChildren(...content);
  $('detail').showModal();
}

async function attempt(work) {
  try {
    return await work();
  } catch (e) {
    show('That did not work', el('p', {}, e.message));
    return undefined;
  }
}

const button = (text, focus, action, kind = '') => el(`button.small${kind}`, { type: 'button', 'data-focus': focus, onclick: () => attempt(action) }, text);

// ---- overview

const charts = [
  new Chart('Calls per second', [{ name: 'calls', color: BLUE }, { name: 'errors', color: RED }]),
  new Chart('Events per second', [{ name: 'delivered', color: GREEN }, { name: 'published', color: BLUE }, { name: 'dropped', color: RED }]),
  new Chart('Sessions', [{ name: 'sessions', color: BLUE }], number),
  new Chart('Processor', [{ name: 'cores in use', color: ORANGE }], n => n.toFixed(2)),
  new Chart('Memory', [{ name: 'resident', color: ORANGE }, { name: 'heap', color: GREEN }], bytes),
  new Chart('Traffic', [{ name: 'in', color: BLUE }, { name: 'out', color: GREEN }], n => `${bytes(n)}/s`),
];

/** Of a counter that only grows, how much it grew in each second between two points. */
const growth = (name, now, last) => Math.max(0, (now[name] - last[name]) / (now.time_ms - last.time_ms) * 1000);

/** What the charts show of a look at the server: its counters and the time. */
const point = () => ({ ...stats.totals, ...stats.server, time_ms: stats.time_ms });

/** Adds to each chart what happened from one point to the next, for a number of seconds. */
function record(now, last, seconds = 1) {
  if (now.time_ms <= last.time_ms) return;
  const rates = (...names) => names.map(name => growth(name, now, last));
  [
    rates('calls', 'errors'),
    rates('events', 'publications', 'dropped_events'),
    [now.sessions],
    rates('cpu_seconds'),
    [now.rss_bytes, now.heap_bytes],
    rates('bytes_in', 'bytes_out'),
  ].forEach((values, i) => charts[i].add(values, seconds));
}

/** Fills the charts with what the server remembers of the last hour. */
async function remember() {
  const { interval_ms, columns, rows } = await ask('polywire.history');
  const points = rows.map(row => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  charts.forEach(chart => chart.clear());
  points.forEach((now, i) => { if (i > 0) record(now, points[i - 1], interval_ms / TICK); });
}

const overview = (() => {
  const tiles = el('div.tiles');
  const about = el('p', { class: 'legend' });
  const realms = new Table([
    { name: 'Realm', cell: r => r.realm },
    { name: 'Sessions', kind: 'number', cell: r => number(r.sessions) },
    { name: 'Procedures', kind: 'number', cell: r => number(r.registrations) },
    { name: 'Topics', kind: 'number', cell: r => number(r.subscriptions) },
    { name: 'Calls', kind: 'number', cell: r => number(r.calls) },
    { name: 'Events', kind: 'number', cell: r => number(r.events) },
    { name: 'Dropped', kind: 'number', cell: r => number(r.dropped_events) },
  ]);
  const tile = (name, value, bad) => el(`div.tile${bad ? '.bad' : ''}`, {}, el('b', {}, value), el('span', {}, name));
  return {
    name: 'Overview',
    nodes: [about, tiles, el('div.charts', {}, ...charts.map(c => c.node)), el('section', {}, el('h2', {}, 'Realms'), realms.node)],
    tick() {
      const { server, totals } = stats;
      about.textContent = `Polywire ${server.version} on Java ${server.java}, up ${age(stats.time_ms - server.started_ms)}`;
      tiles.replaceChildren(
        tile('sessions', number(totals.sessions)),
        tile('procedures', number(totals.registrations)),
        tile('topics', number(totals.subscriptions)),
        tile('calls/s', rate(previous ? growth('calls', point(), previous) : 0)),
        tile('events/s', rate(previous ? growth('events', point(), previous) : 0)),
        tile('slow peers', number(totals.slow_peers), totals.slow_peers > 0),
        tile('events dropped', number(totals.dropped_events), totals.dropped_events > 0),
        tile('resident memory', bytes(server.rss_bytes)),
      );
      realms.show(stats.realms, 'There is no realm.');
    },
    draw: () => charts.forEach(c => c.draw()),
  };
})();

// ---- lists: sessions, procedures, topics

/** A view of one list procedure with a filter; what is new since the last look becomes rates. The realms count their ids each on its own. */
function listView(name, procedure, member, id, columns, nothing, mark) {
  const filter = el('input', { type: 'search', placeholder: `Filter ${name.toLowerCase()} ( / )`, 'aria-label': `Filter ${name.toLowerCase()}` });
  const count = el('span.legend', { role: 'status' });
  const table = new Table(columns, { mark });
  let before = new Map();
  let asking = false;
  const view = {
    name,
    nodes: [el('div.bar', {}, filter, count), table.node],
    filter,
    async tick() {
      if (asking) return;
      asking = true;
      try {
        const time = performance.now();
        const answer = await ask(procedure, [], { filter: filter.value, limit: 10000 });
        const rows = answer[member];
        const now = new Map();
        for (const row of rows) {
          const key = `${row.realm} ${row[id]}`;
          const last = before.get(key);
          row.rates = counter => (last ? Math.max(0, (row[counter] - last.row[counter]) / ((time - last.time) / 1000)) : 0);
          now.set(key, { row, time });
        }
        before = now;
        count.textContent = rows.length === answer.total ? number(answer.total) : `${number(rows.length)} of ${number(answer.total)}`;
        table.show(rows, filter.value ? 'Nothing matches the filter.' : nothing);
      } catch (e) {
        table.show([], e.message);
      } finally {
        asking = false;
      }
    },
  };
  filter.addEventListener('input', () => view.tick());
  return view;
}

const details = row => show('Details', el('pre', {}, JSON.stringify(row, null, 2)));

const sessions = listView('Sessions', 'polywire.sessions', 'sessions', 'session', [
  { name: 'Session', kind: 'mono', cell: s => button(String(s.session), `s${s.realm}/${s.session}`, () => details(s)) },
  { name: 'Realm', cell: s => s.realm },
  { name: 'User', cell: s => s.authid },
  { name: 'Role', cell: s => s.authrole },
  { name: 'Door', cell: s => s.door },
  { name: 'Transport', cell: s => s.transport },
  { name: 'Peer', cell: s => s.peer },
  { name: 'Age', kind: 'number', cell: s => age(Date.now() + offset - s.since_ms) },
  { name: 'In/s', kind: 'number', cell: s => rate(s.rates('messages_in')) },
  { name: 'Out/s', kind: 'number', cell: s => rate(s.rates('messages_out')) },
  { name: 'Queue', kind: 'number', cell: s => bytes(s.queued_bytes) },
  { name: 'Dropped', kind: 'number', cell: s => number(s.dropped) },
  { name: '', cell: s => s.session === session.id ? 'you' : button('Kill', `k${s.realm}/${s.session}`, async () => {
    if (confirm(`End the session ${s.session} of ${s.authid}?`)) await ask('polywire.kill', [], { realm: s.realm, session: s.session, reason: 'wamp.close.killed' });
  }, '.danger') },
], 'Nobody is here.', s => (s.slow ? 'slow' : ''));

const procedures = listView('Procedures', 'polywire.procedures', 'procedures', 'registration', [
  { name: 'Procedure', kind: 'mono', cell: p => button(p.procedure || '(all)', `p${p.realm}/${p.registration}`, () => details(p)) },
  { name: 'Realm', cell: p => p.realm },
  { name: 'Match', cell: p => p.match },
  { name: 'Invoke', cell: p => p.invoke },
  { name: 'Callees', kind: 'number', cell: p => number(p.callee_count) },
  { name: 'Calls/s', kind: 'number', cell: p => rate(p.rates('calls')) },
  { name: 'Calls', kind: 'number', cell: p => number(p.calls) },
  { name: 'Errors', kind: 'number', cell: p => number(p.errors) },
  { name: 'Running', kind: 'number', cell: p => number(p.in_progress) },
  { name: 'p50', kind: 'number', cell: p => micros(p.latency_us?.p50) },
  { name: 'p99', kind: 'number', cell: p => micros(p.latency_us?.p99) },
], 'No procedure is registered.');

const topics = listView('Topics', 'polywire.topics', 'topics', 'subscription', [
  { name: 'Topic', kind: 'mono', cell: t => button(t.topic || '(all)', `t${t.realm}/${t.subscription}`, () => details(t)) },
  { name: 'Realm', cell: t => t.realm },
  { name: 'Match', cell: t => t.match },
  { name: 'Subscribers', kind: 'number', cell: t => number(t.subscriber_count) },
  { name: 'Events/s', kind: 'number', cell: t => rate(t.rates('events')) },
  { name: 'Events', kind: 'number', cell: t => number(t.events) },
  { name: 'Retained', cell: t => (t.retained ? 'yes' : '') },
], 'Nobody has subscribed.');

// ---- WebAssembly

const state = status => el(`span.state.${status.state}`, {}, status.cause ? `${status.state}: ${status.cause}` : status.state);

const programs = (() => {
  const instances = new Table([
    { name: 'Instance', kind: 'mono', cell: i => button(i.instance, `i${i.instance}`, () => details(i)) },
    { name: 'State', cell: i => state(i.status) },
    { name: 'Owner', cell: i => i.owner ?? '' },
    { name: 'CPU', kind: 'number', cell: i => (i.cpu_seconds === undefined ? '' : `${i.cpu_seconds.toFixed(2)} s`) },
    { name: 'Memory', kind: 'number', cell: i => bytes(i.memory_bytes) },
    { name: '', cell: i => {
      const act = (text, action, kind) => button(text, `${action}${i.instance}`, async () => { await ask(`polywire.gate.instance.${action}`, [], { instance: i.instance }); await programs.tick(); }, kind);
      const trace = button('Stack', `bt${i.instance}`, async () => {
        const stack = await ask('polywire.gate.instance.backtrace', [], { instance: i.instance });
        show('Stack, innermost first', el('pre', {}, (stack.frames ?? []).map((f, n) => `#${n}  ${f.name ?? `function ${f.function}`}  +${f.offset}`).join('\n') || 'The stack is empty.'));
      });
      return el('span.bar', {}, ...(i.status.state === 'RUNNING' ? [act('Suspend', 'suspend'), act('Kill', 'kill', '.danger')]
        : i.status.state === 'SUSPENDED' ? [act('Resume', 'resume'), trace, act('Kill', 'kill', '.danger')] : [act('Delete', 'delete', '.danger')]));
    } },
  ]);
  const modules = new Table([
    { name: 'Module', kind: 'mono', cell: m => m.id },
  ]);
  return {
    name: 'Programs',
    needs: 'polywire.gate.instance.list',
    nodes: [el('h2', {}, 'Instances'), instances.node, el('h2', {}, 'Your modules'), modules.node],
    async tick() {
      try {
        const [running, known] = await Promise.all([ask('polywire.gate.instance.list'), ask('polywire.gate.module.list')]);
        instances.show(running.instances, 'No instance.');
        modules.show(known.modules, 'No module.');
      } catch (e) {
        instances.show([], e.message);
        modules.show([], e.message);
      }
    },
  };
})();

// ---- VMs of the cc-proxy

const vms = (() => {
  const table = new Table([
    { name: 'VM', kind: 'mono', cell: v => v.container },
    { name: 'Clients', kind: 'number', cell: v => number(v.clients) },
    { name: 'Streams', kind: 'number', cell: v => number(v.streams) },
    { name: 'State', cell: v => v.state ?? '' },
  ]);
  return {
    name: 'VMs',
    needs: 'polywire.ccproxy.vm.list',
    nodes: [table.node],
    async tick() {
      try {
        table.show((await ask('polywire.ccproxy.vm.list')).vms, 'No VM is registered.');
      } catch (e) {
        table.show([], e.message);
      }
    },
  };
})();

// ---- frame

const everyView = [overview, sessions, procedures, topics, programs, vms, consoleView(() => session)];
let views = [];
const slug = view => view.name.toLowerCase();
let current = overview;

function open() {
  current = views.find(v => `#${slug(v)}` === location.hash) ?? overview;
  document.title = `${current.name} · Polywire`;
  $('main').replaceChildren(...current.nodes);
  for (const a of $('views').children) a.toggleAttribute('aria-current', a.getAttribute('href') === `#${slug(current)}`);
  current.draw?.();
  if (session && stats) current.tick?.();
}

function offer(offered) {
  if (offered.length === views.length && offered.every((v, i) => v === views[i])) return;
  views = offered;
  $('views').replaceChildren(...views.map((v, i) => el('a', { href: `#${slug(v)}`, title: `${v.name} (${i + 1})` }, v.name)));
  open();
}

/** The views of what this server has: without a Gate or a cc-proxy there is nothing to see of them. */
async function there() {
  const has = view => !view.needs || ask(view.needs).then(() => true, e => e.uri !== 'wamp.error.no_such_procedure');
  const found = await Promise.all(everyView.map(has));
  return everyView.filter((v, i) => found[i]);
}

addEventListener('hashchange', open);

addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || document.querySelector('dialog[open]')) return;
  if (e.key >= '1' && e.key <= String(views.length)) location.hash = slug(views[e.key - 1]);
  else if (e.key === '/' && current.filter) { e.preventDefault(); current.filter.focus(); }
  else if (e.key === 't') $('theme').click();
});

function theme(choice) {
  if (choice) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  current.draw?.();
}

$('theme').addEventListener('click', () => {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  const next = dark ? 'light' : 'dark';
  localStorage.setItem('polywire.theme', next);
  theme(next);
});
theme(localStorage.getItem('polywire.theme'));

$('leave').addEventListener('click', () => {
  sessionStorage.removeItem('polywire.login');
  session?.leave();
});

function link(text, bad) {
  $('link').textContent = text;
  $('link').className = bad ? 'bad' : '';
}

async function login(failure) {
  const { realm: lastRealm, authid: lastUser } = JSON.parse(localStorage.getItem('polywire.last') ?? '{}');
  const form = $('login').querySelector('form');
  form.realm.value = lastRealm ?? settings.realm;
  form.authid.value = lastUser ?? '';
  $('login-error').textContent = failure ?? '';
  if (!$('login').open) $('login').showModal();
  await new Promise(resolve => {
    $('login').onclose = () => $('login').showModal(); // by Escape; there is nothing to see without a login
    form.onsubmit = () => { $('login').onclose = null; resolve(); };
  });
  const credentials = { realm: form.realm.value, authid: form.authid.value || undefined, password: form.password.value || undefined };
  form.password.value = '';
  localStorage.setItem('polywire.last', JSON.stringify({ realm: credentials.realm, authid: credentials.authid }));
  return credentials;
}

// What the page remembers of a login lives as long as its tab.
const remembered = () => JSON.parse(sessionStorage.getItem('polywire.login') ?? 'null');

let settings = { realm: 'realm1', path: '/ws' };

async function join() {
  let credentials = remembered() ?? (settings.anonymous ? { realm: settings.realm } : await login());
  for (;;) {
    try {
      link('joining …');
      const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${settings.path}`;
      const joined = await Session.join(url, credentials);
      await joined.call('polywire.stats', [], {}, { timeout: 10000 });
      sessionStorage.setItem('polywire.login', JSON.stringify(credentials));
      return joined;
    } catch (e) {
      sessionStorage.removeItem('polywire.login');
      if (e.uri === 'wamp.error.network_failure') {
        link('no connection; trying again', true);
        await new Promise(resolve => setTimeout(resolve, 2000));
      } else {
        const denied = e.uri === 'wamp.error.not_authorized' || e.uri === 'wamp.error.no_such_procedure';
        credentials = await login(denied ? 'This user may not see the dashboard.' : e.message);
      }
    }
  }
}

async function run() {
  try {
    settings = { ...settings, ...await (await fetch('settings.json')).json() };
  } catch (e) {
    console.warn('settings.json', e);
  }
  offer(everyView.filter(v => !v.needs));
  for (;;) {
    session = await join();
    previous = stats = undefined;
    await attempt(remember);
    offer(await there());
    $('leave').hidden = false;
    link(`${session.details.authid} (${session.details.authrole}) in ${session.realm}`);
    let over = false;
    session.closed.then(reason => { over = true; link(reason.message, true); });
    while (!over) {
      try {
        previous = stats && point();
        stats = await ask('polywire.stats');
        offset = stats.time_ms - Date.now();
        if (previous) record(point(), previous);
        charts.forEach(chart => chart.draw());
        if (!document.hidden) await current.tick?.();
      } catch (e) {
        if (!over) link(e.message, true);
      }
      await new Promise(resolve => setTimeout(resolve, TICK));
    }
    $('leave').hidden = true;
  }
}

run();
