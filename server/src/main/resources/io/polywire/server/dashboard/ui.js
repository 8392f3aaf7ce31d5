// Elements, numbers, tables that only draw what is seen, charts.

/** An element: `el('td.number', { title }, child, ...)`; texts are never taken for markup. */
export function el(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const number = n => (n === undefined || n === null ? '' : Math.abs(n) < 100000 ? whole.format(n) : short.format(n));
export const rate = n => (n === undefined || n === null ? '' : n > 0 && n < 10 ? n.toFixed(1) : number(n));
export const micros = n => (n === undefined || n === null ? '' : n < 1000 ? `${Math.round(n)} µs` : n < 1e6 ? `${(n / 1000).toFixed(1)} ms` : `${(n / 1e6).toFixed(2)} s`);

export function bytes(n) {
  if (n === undefined || n === null) return '';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  while (n >= 1024 && i < units.length - 1) { n /= 1024; i++; }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

export function age(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  return s < 60 ? `${s} s` : s < 3600 ? `${Math.floor(s / 60)} min` : s < 86400 ? `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min` : `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}


/**
 * A table of which only the rows in sight exist, so that thousands stay fluid.
 * @param columns `{ name, cell(row) -> text or node, kind: 'number' | 'mono' }`
 */
export class Table {
  #rows = [];
  #drawn = '';
  #row = 32; // pixels; measured as soon as there is one
  #pressed = false;

  constructor(columns, { key, mark } = {}) {
    this.columns = columns;
    this.key = key;
    this.mark = mark;
    this.body = el('tbody');
    this.above = el('tbody', { 'aria-hidden': 'true' });
    this.below = el('tbody', { 'aria-hidden': 'true' });
    const head = el('thead', {}, el('tr', {}, ...columns.map(c => el(`th${c.kind === 'number' ? '.number' : ''}`, { scope: 'col' }, c.name))));
    this.table = el('table', {}, head, this.above, this.body, this.below);
    this.empty = el('p.empty', { hidden: true });
    this.node = el('div.scroller', { tabindex: '0' }, this.table, this.empty);
    this.node.addEventListener('scroll', () => this.#draw(false), { passive: true });
    new ResizeObserver(() => this.#draw(false)).observe(this.node);
    // A button that is replaced between press and release is not clicked.
    this.body.addEventListener('pointerdown', e => { this.#pressed = e.target.closest('button') !== null; });
    for (const end of ['pointerup', 'pointercancel']) {
      addEventListener(end, () => {
        if (!this.#pressed) return;
        this.#pressed = false;
        setTimeout(() => this.#draw(true)); // after the click
      });
    }
  }

  show(rows, nothing) {
    this.#rows = rows;
    this.empty.textContent = nothing;
    this.empty.hidden = rows.length > 0;
    this.table.setAttribute('aria-rowcount', rows.length);
    this.#draw(true);
  }

  #draw(changed) {
    if (this.#pressed) return;
    const height = this.node.clientHeight || 400;
    const first = Math.max(0, Math.min(Math.floor(this.node.scrollTop / this.#row) - 5, this.#rows.length));
    const last = Math.min(this.#rows.length, first + Math.ceil(height / this.#row) + 10);
    const range = `${first}-${last}`;
    if (!changed && range === this.#drawn) return;
    this.#drawn = range;
    const space = (body, n) => {
      const cell = el('td.space', { colspan: this.columns.length });
      cell.style.height = `${n * this.#row}px`;
      body.replaceChildren(...(n > 0 ? [el('tr', {}, cell)] : []));
    };
    const focused = document.activeElement?.dataset?.focus;
    space(this.above, first);
    space(this.below, this.#rows.length - last);
    this.body.replaceChildren(...this.#rows.slice(first, last).map(row => {
      const tr = el('tr', {}, ...this.columns.map(c => el(`td${c.kind ? '.' + c.kind : ''}`, {}, c.cell(row) ?? '')));
      if (this.mark?.(row)) tr.className = this.mark(row);
      return tr;
    }));
    this.#row = this.body.firstChild?.offsetHeight || this.#row;
    if (focused) this.body.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** Lines of the last hour. `series`: `{ name, color }`; values are those of each second. */
export class Chart {
  static #CAPACITY = 3600;

  constructor(title, series, unit = rate) {
    this.series = series.map(s => ({ ...s, values: [] }));
    this.unit = unit;
    this.canvas = el('canvas', { role: 'img', 'aria-label': title });
    this.labels = this.series.map(() => el('span'));
    this.node = el('section.panel', {}, el('h2', {}, title), this.canvas,
      el('div.legend', {}, ...this.series.map((s, i) => { const dot = el('i'); dot.style.background = s.color; return el('span', {}, dot, `${s.name} `, this.labels[i]); })));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  clear() {
    for (const s of this.series) s.values = [];
  }

  /** Adds a value of each series, for a number of seconds. */
  add(values, seconds = 1) {
    this.series.forEach((s, i) => {
      for (let n = 0; n < seconds; n++) s.values.push(values[i] ?? 0);
      s.values.splice(0, s.values.length - Chart.#CAPACITY);
      this.labels[i].textContent = this.unit(values[i] ?? 0);
    });
  }

  draw() {
    const { canvas } = this;
    if (!canvas.isConnected || !canvas.clientWidth) return;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const g = canvas.getContext('2d');
    g.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const count = Math.max(60, ...this.series.map(s => s.values.length));
    const top = Math.max(1e-9, ...this.series.flatMap(s => [s.values.reduce((a, b) => Math.max(a, b), 0)]));
    g.strokeStyle = g.fillStyle = style.color;
    g.globalAlpha = 0.15;
    for (let i = 0; i <= 2; i++) g.fillRect(0, 4 + (height - 8) * i / 2, width, 1);
    g.globalAlpha = 0.7;
    g.font = '11px system-ui';
    g.fillText(this.unit(top), 2, 14);
    g.globalAlpha = 1;
    g.lineWidth = 1.5;
    for (const s of this.series) {
      // Where there are more values than pixels, the highest of each pixel is drawn: peaks must not vanish.
      const step = Math.max(1, Math.ceil(count / width));
      g.beginPath();
      g.strokeStyle = s.color;
      const offset = count - s.values.length;
      for (let i = 0; i < s.values.length; i += step) {
        let peak = 0;
        for (let k = i; k < Math.min(i + step, s.values.length); k++) peak = Math.max(peak, s.values[k]);
        const x = (offset + i) / Math.max(1, count - 1) * width;
        const y = height - 4 - peak / top * (height - 8);
        if (i === 0) g.moveTo(x, y); else g.lineTo(x, y);
      }
      g.stroke();
    }
  }
}
