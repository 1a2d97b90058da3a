// Linked selection, without the server: what stands for evidence carries data-evidence (article ids, urlencoded, one space
// apart). Choosing one marks all that share an article with it, on the page and in the plots; a span of days dims the rest.
(() => {
  const NATIVE = 'a, button, input, select, textarea, summary, label, [role=button], [data-goto], [contenteditable=true]';
  const FAR = 5; // pixels that the pointer may move in a click
  let chosen = null; // {evidence, key, name, cluster, place}
  let span = null; // [first, last], ISO days, both inclusive
  let index = {from: null, byId: new Map(), byEvents: new Map(), rows: []};
  let dirty = false; // something is marked, so that a clearing has to go through the page

  const panel = () => document.querySelector('.selection');
  const ids = (text) => (text ?? '').split(' ').filter(Boolean);
  const ask = (data) => document.dispatchEvent(new CustomEvent('newsctx:point', {detail: data}));
  const fill = (text, values) => (text ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const turn = (node, name, on) => { if (node.classList.contains(name) !== on) node.classList.toggle(name, on); };

  // --- the articles of the case: their days and names stand in the table below the charts -----------------------------
  const learn = () => {
    const table = document.querySelector('#nx-charts .chart-table');
    if (table === index.from) return index;
    const rows = [...(table?.querySelectorAll('tr[data-article]') ?? [])].map((r) => r.dataset);
    const events = [...(table?.querySelectorAll('tr[data-event]') ?? [])].map((r) => [r.dataset.evidence, r.dataset.name]);
    index = {from: table, rows, byId: new Map(rows.map((r) => [r.evidence, r])), byEvents: new Map(events)};
    return index;
  };
  const inside = (row) => Boolean(row?.first) && row.first <= span[1] && row.last >= span[0];
  const days = (first, last) => {
    const language = panel()?.dataset.language || 'en';
    const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC'});
    const [a, b] = [first, last].map((d) => new Date(`${d}T00:00:00Z`));
    if (Number.isNaN(a.getTime()) || Number.isNaN(b.getTime())) return '';
    return format.formatRange(a, b);
  };
  const described = () => {
    const all = ids(chosen.evidence), {byId, byEvents} = learn();
    const count = fill(all.length === 1 ? panel().dataset.one : panel().dataset.many, {n: all.length});
    const dated = all.map((i) => byId.get(i)).filter((r) => r?.first);
    const own = all.length === 1 ? byId.get(all[0])?.name : byEvents.get(chosen.evidence);
    const when = dated.length ? days(dated.map((r) => r.first).sort()[0], dated.map((r) => r.last).sort().at(-1)) : '';
    return [count, chosen.name || own || when].filter(Boolean).join(' – ');
  };

  // --- marking ------------------------------------------------------------------------------------------------------
  const isChosen = (node) => chosen && node.dataset.evidence === chosen.evidence &&
    (chosen.key ? node.dataset.key === chosen.key : chosen.place && node.closest('[id^=nx-]')?.id === chosen.place);
  const markPage = () => {
    const wanted = new Set(ids(chosen?.evidence)), {byId} = learn();
    document.querySelectorAll('[data-evidence]').forEach((node) => {
      const own = ids(node.dataset.evidence);
      turn(node, 'linked', own.some((i) => wanted.has(i)));
      turn(node, 'outside', Boolean(span) && own.length > 0 && !own.some((i) => inside(byId.get(i))));
      const on = isChosen(node);
      if (on) { node.setAttribute('aria-current', 'true'); node.setAttribute('data-chosen', ''); }
      else if (node.hasAttribute('data-chosen')) { node.removeAttribute('aria-current'); node.removeAttribute('data-chosen'); }
    });
  };
  const reach = () => document.querySelectorAll('[data-select]:not([tabindex])').forEach((node) => { // with the keyboard
    if (node.matches(NATIVE)) return;
    node.tabIndex = 0;
    if (node.matches('p, span, div') && !node.hasAttribute('role') && !node.querySelector(NATIVE)) node.setAttribute('role', 'button');
  });
  const markLines = () => {
    const root = panel();
    if (!root) return;
    const line = (name, text) => {
      const node = root.querySelector(`[data-${name}-line]`);
      put(root.querySelector(`[data-${name}-text]`), text);
      if (node.hasAttribute('data-off') === Boolean(text)) node.toggleAttribute('data-off', !text);
    };
    line('selected', chosen ? described() : '');
    if (!span) return line('span', '');
    const {rows} = learn(), undated = rows.filter((r) => !r.first).length;
    const said = fill(root.dataset.within, {n: rows.filter(inside).length, all: rows.length, span: days(...span)});
    line('span', said + (undated ? ` (${fill(root.dataset.undated, {n: undated})})` : ''));
  };

  // --- plots --------------------------------------------------------------------------------------------------------
  const plots = () => [...document.querySelectorAll('#charts .js-plotly-plot')].filter((p) => p._fullLayout);
  const drawn = (node) => [].concat(node.__data__ ?? []).flat()[0]?.trace;
  const still = (plot, tries = 20) => setTimeout(() => { // a finger scrolls the page over a plot: it must not drag in it
    if (!plot.isConnected || !plot._fullLayout?.dragmode) return;
    if (window.Plotly) window.Plotly.relayout(plot, {dragmode: false});
    else if (tries) still(plot, tries - 1); // the first plot is drawn before the library has its name
  }, 100);
  const markPlot = (plot) => {
    const wanted = new Set(ids(chosen?.evidence)), {byId} = learn();
    plot.querySelectorAll('g.trace, .legend g.traces').forEach((group) => { // for the colours of the style sheet
      const kind = drawn(group)?.meta?.kind;
      if (kind && group.dataset.kind !== kind) group.dataset.kind = kind;
    });
    let any = false;
    plot.querySelectorAll('g.trace .point').forEach((node) => {
      const own = ids(drawn(node.closest('g.trace'))?.customdata?.[node.__data__?.i]?.[1]);
      const on = own.some((i) => wanted.has(i));
      any ||= on;
      turn(node, 'linked', on);
      turn(node, 'outside', Boolean(span) && own.length > 0 && !own.some((i) => inside(byId.get(i))));
    });
    turn(plot, 'linking', any);
    const gist = document.querySelector('#nx-charts .chart-tools')?.getAttribute(plot.closest('#map') ? 'data-gist-map' : 'data-gist-timeline');
    if (gist && plot.getAttribute('aria-label') !== gist) {
      plot.setAttribute('role', 'img');
      plot.setAttribute('aria-label', gist);
    }
    if (plot._fullLayout.dragmode && matchMedia('(pointer: coarse)').matches) still(plot);
  };
  const mark = () => {
    if (chosen || span || dirty) markPage();
    dirty = Boolean(chosen || span);
    markLines();
    reach();
    plots().forEach((plot) => { hook(plot); markPlot(plot); });
  };
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; mark(); });
  };

  // --- choosing -----------------------------------------------------------------------------------------------------
  const same = (next) => chosen && chosen.evidence === next.evidence && chosen.key === next.key;
  const choose = (next) => {
    chosen = !next.evidence || same(next) ? null : next;
    mark();
    return Boolean(chosen);
  };
  const clear = () => {
    const open = chosen?.cluster;
    chosen = null;
    mark();
    if (open && document.querySelector('#nx-events [data-selected]')) ask({act: 'see-show', cluster: open, on: ''});
  };
  const of = (node) => ({
    evidence: node.dataset.evidence, key: node.dataset.key ?? '', name: node.dataset.name ?? '',
    cluster: node.dataset.cluster ?? '', place: node.closest('[id^=nx-]')?.id ?? '',
  });
  const pressed = (node) => { // an event's own button opens and closes its members: the selection goes with it
    const next = {...of(node), evidence: node.dataset.evidence ?? node.closest('[data-evidence]')?.dataset.evidence ?? ''};
    if (node.getAttribute('aria-pressed') === 'true') chosen = null;
    else if (next.evidence) chosen = next;
    mark();
  };
  document.addEventListener('click', (event) => {
    const asked = event.target.closest?.('[data-clear], [data-map], [data-act=select]');
    if (asked?.dataset.clear === 'selected') return clear();
    if (asked?.dataset.clear === 'span') return show(null);
    if (asked?.dataset.map) return zoom(asked.dataset.map);
    if (asked) return pressed(asked);
    const node = event.target.closest?.('[data-select][data-evidence]');
    if (!node) return;
    const control = event.target.closest(NATIVE);
    if (control && control !== node && node.contains(control)) return; // a button inside a card does its own work
    if (!node.matches('button') && !getSelection().isCollapsed) return; // text is being marked
    choose(of(node));
  });
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && (chosen || span) && !event.target.closest?.('input, textarea, select, .drawer, dialog')) {
      if (chosen) clear(); else show(null);
    }
    const node = ['Enter', ' '].includes(event.key) && event.target;
    if (!node || !node.matches?.('[data-select][data-evidence]') || node.matches('button, a, input, summary')) return;
    event.preventDefault();
    choose(of(node));
  });

  // --- the span of days ---------------------------------------------------------------------------------------------
  const timeline = () => document.querySelector('#timeline .js-plotly-plot');
  const show = (next, zoomed = false) => {
    span = next;
    const plot = timeline();
    if (!zoomed && plot && window.Plotly) {
      const end = next && new Date(Date.parse(`${next[1]}T00:00:00Z`) + 864e5).toISOString().slice(0, 10);
      window.Plotly.relayout(plot, next ? {'xaxis.range': [next[0], end]} : {'xaxis.autorange': true});
    }
    document.querySelectorAll('form[data-brush]').forEach((form) => {
      [form.elements.from.value, form.elements.to.value] = next ?? ['', ''];
    });
    mark();
  };
  document.addEventListener('submit', (event) => {
    const form = event.target.closest?.('form[data-brush]');
    if (!form) return;
    event.preventDefault();
    const from = form.elements.from.value || '0001-01-01', to = form.elements.to.value || '9999-12-31';
    const {rows} = learn(), dated = rows.filter((r) => r.first);
    if (!dated.length || (!form.elements.from.value && !form.elements.to.value)) return show(null);
    const first = dated.map((r) => r.first).sort()[0], last = dated.map((r) => r.last).sort().at(-1);
    const ends = [from < first && from === '0001-01-01' ? first : from, to === '9999-12-31' ? last : to].sort();
    show(ends);
  });
  const zoom = (how) => {
    const plot = document.querySelector('#map .js-plotly-plot'), geo = plot?._fullLayout.geo?._subplot;
    if (!geo || !window.Plotly) return;
    const scale = plot._fullLayout.geo.projection.scale ?? 1;
    const first = Object.fromEntries(Object.entries(geo.viewInitial).map(([k, v]) => [`geo.${k}`, v]));
    window.Plotly.relayout(plot, how === 'all' ? first : {'geo.projection.scale': scale * (how === 'in' ? 1.6 : 0.625)});
  };

  // --- clicks in a plot ---------------------------------------------------------------------------------------------
  const seen = new WeakSet(), touched = new WeakMap();
  const spot = (plot, x, y) => { // the empty spot as what the server is asked for, null outside of the drawing
    const geo = plot._fullLayout.geo?._subplot;
    if (geo) {
      const [lon, lat] = geo.projection.invert([x, y]) ?? [];
      const {xaxis, yaxis} = geo, on = x >= xaxis._offset && x <= xaxis._offset + xaxis._length && y >= yaxis._offset && y <= yaxis._offset + yaxis._length;
      return on && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? {lat: lat.toFixed(4), lon: lon.toFixed(4)} : null;
    }
    const {xaxis, yaxis} = plot._fullLayout, along = x - xaxis._offset, down = y - yaxis._offset;
    if (along < 0 || along > xaxis._length || down < 0 || down > yaxis._length) return null;
    return {date: String(xaxis.p2d(along)).slice(0, 10)};
  };
  const hook = (plot) => { // a plot that is drawn from scratch loses its listeners, but not those of the element
    if (!plot.on || seen.has(plot._ev ?? plot)) return;
    seen.add(plot._ev ?? plot);
    const clicks = touched.get(plot) ?? {down: null, taken: 0, later: null};
    plot.on('plotly_afterplot', soon);
    plot.on('plotly_click', (data) => {
      const [cluster, evidence] = data.points[0]?.customdata ?? [];
      if (!evidence) return;
      clicks.taken = Date.now();
      const on = choose({evidence, key: `plot:${cluster}:${evidence}`, name: '', cluster, place: ''});
      if (cluster) ask({act: 'see-show', cluster, on: on ? '1' : ''});
    });
    plot.on('plotly_relayout', (data) => {
      if (!plot.closest('#timeline')) return;
      const range = data['xaxis.range'] ?? ('xaxis.range[0]' in data ? [data['xaxis.range[0]'], data['xaxis.range[1]']] : null);
      if (range && !('xaxis.range' in data)) show([String(range[0]).slice(0, 10), String(range[1]).slice(0, 10)], true);
    });
    if (touched.has(plot)) return;
    touched.set(plot, clicks);
    plot.addEventListener('pointerdown', (event) => { clicks.down = [event.clientX, event.clientY]; }, true);
    plot.addEventListener('click', (event) => {
      const {down} = clicks;
      if (!down || event.target.closest?.('.legend') || Math.hypot(event.clientX - down[0], event.clientY - down[1]) > FAR) return;
      const box = plot.getBoundingClientRect();
      const found = spot(plot, event.clientX - box.left, event.clientY - box.top);
      clearTimeout(clicks.later);
      const over = document.elementsFromPoint(event.clientX, event.clientY).some((n) => n.closest('.point'));
      if (!found || over || plot._hoverdata?.some((p) => p.customdata)) return;
      clicks.later = setTimeout(() => { if (Date.now() - clicks.taken > 600) ask({act: 'see-pick', ...found}); }, 150);
    });
  };

  const start = () => {
    new MutationObserver((records) => {
      if (records.some((r) => !r.target.closest?.('.svg-container, .selection p'))) soon();
    }).observe(document.body, {childList: true, subtree: true});
    soon();
  };
  if (document.body) start(); else document.addEventListener('DOMContentLoaded', start);
})();
