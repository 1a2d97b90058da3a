// The photo viewer: a dialog over the page that keeps its state when the panel behind it is rendered again.
// Its contents are the server's (`[data-viewer]`, hidden, escaped there): cloned, never built from strings. There pictures
// have no src and elements no id (`data-src`, `data-x-id`), so that nothing is loaded and no id stands twice.
(() => {
  const STEP = 1.25, MOST = 16, PAN = 60; // zoom per key, screen pixels per photo pixel at most, screen pixels per arrow key
  let dialog = null, shown = '', asked = {}, watcher = null, from = null;
  let state = null;
  const fresh = (id) => ({case: id, tab: 'matches', fitted: true, scale: 1, x: 0, y: 0, boxes: true, layer: 'photo', match: '', mode: 'region', mix: {}, search: ''});
  const template = () => document.querySelector('#nx-photo [data-viewer]');
  const caseId = () => document.querySelector('[data-case]')?.dataset.case ?? '';
  const all = (selector) => [...(dialog?.querySelectorAll(selector) ?? [])];
  const one = (selector) => dialog?.querySelector(selector);

  const relay = (data) => { // the panel's own script sends what is clicked inside the panel
    const home = document.querySelector('#nx-photo .photo');
    if (!home) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.hidden = true;
    Object.assign(button.dataset, data);
    home.append(button);
    button.click();
    button.remove();
  };
  const ask = (act) => { if (asked[act] !== state.case) { asked[act] = state.case; relay({act: `see-${act}`}); } };

  // --- what is looked at -------------------------------------------------------------------------------------
  const pair = () => (state.mode === 'points' && state.match ? one(`[data-pair="${CSS.escape(state.match)}"]`) : null);
  const surface = () => {
    const two = pair(), image = two?.querySelector('img');
    if (two) return {node: two, width: image.naturalWidth || 1600, height: image.naturalHeight || 800};
    return {node: one('.v-canvas'), width: Number(template()?.dataset.width) || 1, height: Number(template()?.dataset.height) || 1};
  };
  const room = () => { const stage = one('.v-stage'); return {width: stage.clientWidth, height: stage.clientHeight}; };
  const fit = () => { const s = surface(), r = room(); return Math.min(r.width / s.width, r.height / s.height, Math.max(2, 320 / s.width)); };

  const place = () => {
    if (!dialog?.open) return;
    const s = surface(), r = room();
    if (state.fitted) state.scale = fit();
    const width = s.width * state.scale, height = s.height * state.scale;
    const within = (at, size, space) => (size <= space ? (space - size) / 2 : Math.min(0, Math.max(space - size, at)));
    state.x = within(state.x, width, r.width);
    state.y = within(state.y, height, r.height);
    Object.assign(s.node.style, {width: `${width}px`, height: `${height}px`, transform: `translate(${state.x}px, ${state.y}px)`});
    one('[data-v-percent]').textContent = `${Math.round(100 * state.scale)}%`;
    const base = one('.v-base');
    const larger = Math.max(Number(template()?.dataset.width), Number(template()?.dataset.height)) > Math.max(base.naturalWidth, base.naturalHeight);
    if (s.node.matches('.v-canvas') && larger && base.naturalWidth && width * devicePixelRatio > 1.1 * base.naturalWidth) ask('detail');
  };
  const zoom = (scale, cx, cy) => {
    const r = room(), x = cx ?? r.width / 2, y = cy ?? r.height / 2;
    const to = Math.min(Math.max(scale, Math.min(fit(), 1) / 2), MOST);
    state.x = x - ((x - state.x) * to) / state.scale;
    state.y = y - ((y - state.y) * to) / state.scale;
    state.scale = to;
    state.fitted = false;
    place();
  };
  const pan = (dx, dy) => { state.fitted = false; state.x += dx; state.y += dy; place(); };
  const whole = () => { state.fitted = true; place(); };

  const load = (image) => { if (image.dataset.src && !image.getAttribute('src')) image.src = image.dataset.src; };
  const apply = () => { // everything that the state decides, on contents that may be new
    const match = all('[name="v-match"]').find((i) => i.value === state.match && !i.disabled);
    if (!match) state.match = '';
    all('[name="v-match"]').forEach((i) => { i.checked = i === match; });
    const over = state.match && one(`[data-over="${CSS.escape(state.match)}"]`), points = state.match && one(`[data-pair="${CSS.escape(state.match)}"]`);
    const able = {region: state.match && one(`[data-region="${CSS.escape(state.match)}"]`), wipe: over, fade: over, points};
    all('[data-v-mode]').forEach((b) => { b.disabled = !able[b.dataset.vMode]; b.setAttribute('aria-pressed', String(Boolean(state.match) && b.dataset.vMode === state.mode)); });
    const without = one('[data-v-without]');
    if (without) without.hidden = !state.match || Boolean(able[state.mode]);
    const layer = one(`img[data-layer="${CSS.escape(state.layer)}"]`) ? state.layer : 'photo';
    state.layer = layer;
    all('img[data-layer]').forEach((i) => { i.hidden = i.dataset.layer !== layer; if (!i.hidden) load(i); });
    all('[data-v-layer]').forEach((i) => { i.checked = i.value === layer; });
    const mixing = ['wipe', 'fade'].includes(state.mode) && over;
    all('[data-over]').forEach((i) => { i.hidden = !(mixing && i === over); if (!i.hidden) load(i); });
    all('[data-pair]').forEach((p) => { p.hidden = !(state.mode === 'points' && p === points); if (!p.hidden) { const i = p.querySelector('img'); i.onload = place; load(i); } });
    one('.v-canvas').hidden = Boolean(pair());
    all('[data-region]').forEach((g) => g.toggleAttribute('data-on', g.dataset.region === state.match && ['region', 'fade'].includes(state.mode)));
    one('.v-canvas').classList.toggle('plain', !state.boxes || layer !== 'photo');
    all('[data-v-boxes]').forEach((i) => { i.checked = state.boxes; });
    const mix = one('[data-v-mixing]');
    if (mix) {
      mix.hidden = !mixing;
      mix.querySelectorAll('[data-for]').forEach((n) => { n.hidden = n.dataset.for !== state.mode; });
      const value = state.mix[`${state.mode}:${state.match}`] ?? (state.mode === 'wipe' ? Number(match?.dataset.cut ?? 50) : 60);
      mix.querySelector('input').value = value;
      mix.querySelector('output').textContent = `${value}%`;
      const cut = one('.v-cut');
      cut.hidden = !(mixing && state.mode === 'wipe');
      cut.style.left = `${value}%`;
      if (over) Object.assign(over.style, {clipPath: state.mode === 'wipe' ? `inset(0 ${100 - value}% 0 0)` : '', opacity: state.mode === 'fade' ? value / 100 : 1});
    }
    all('[data-v-tab]').forEach((t) => { const on = t.dataset.vTab === state.tab; t.setAttribute('aria-selected', String(on)); t.tabIndex = on ? 0 : -1; });
    all('[data-v-panel]').forEach((p) => { p.hidden = p.dataset.vPanel !== state.tab; });
    if (['signs', 'metadata'].includes(state.tab)) ask('inspect');
    search();
    place();
  };
  const search = () => { // of the metadata, in names and values
    const field = one('[data-v-search]');
    if (!field) return;
    if (field.value !== state.search) field.value = state.search;
    const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    all('[data-v-row]').forEach((row) => { row.hidden = !words.every((w) => row.textContent.toLowerCase().includes(w)); found += !row.hidden; });
    all('[data-v-group]').forEach((group) => { group.hidden = !group.querySelector('[data-v-row]:not([hidden])'); });
    const none = one('[data-v-nothing]');
    if (none) none.hidden = found > 0;
  };
  const tell = (line) => { // the line of text under the pointer or focus
    all('.box').forEach((b) => b.classList.toggle('on', b.dataset.line === line));
    const text = line === undefined ? '' : one(`button[data-line="${line}"] span`)?.textContent ?? '';
    const told = one('[data-v-told]');
    if (!told) return; // it has been closed
    told.textContent = text;
    told.hidden = !text;
  };
  const goto = (line) => { // enlarge a line of text
    const box = one(`.box[data-line="${line}"]`)?.getBBox(), r = room();
    if (!box) return;
    state.fitted = false;
    state.scale = Math.min(4, Math.max(fit(), Math.min((0.7 * r.width) / box.width, (0.4 * r.height) / box.height)));
    state.x = r.width / 2 - (box.x + box.width / 2) * state.scale;
    state.y = r.height / 2 - (box.y + box.height / 2) * state.scale;
    place();
  };

  // --- opening, filling, closing -----------------------------------------------------------------------------
  const fill = (source) => {
    const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset?.key : null;
    const scrolled = one('.v-side')?.scrollTop ?? 0, opened = new Map(all('details[data-keep]').map((d) => [d.dataset.keep, d.open]));
    const images = new Map(all('img[src]').map((i) => [i.getAttribute('src'), i]));
    shown = source.innerHTML;
    const contents = source.cloneNode(true);
    contents.querySelectorAll('*').forEach((node) => [...node.attributes].forEach(({name, value}) => {
      if (name.startsWith('data-x-')) { node.setAttribute(name.slice(7), value); node.removeAttribute(name); }
    }));
    contents.querySelectorAll('img[data-src]').forEach((image) => { // what is loaded stays: no flicker
      const known = images.get(image.dataset.src);
      if (known && known.className === image.className) { images.delete(image.dataset.src); image.replaceWith(known); }
      else if (!image.hidden && !image.closest('[hidden]:not([data-v-panel])')?.closest('.v-stage')) image.src = image.dataset.src;
    });
    dialog.replaceChildren(...contents.childNodes);
    all('details[data-keep]').forEach((d) => { if (opened.has(d.dataset.keep)) d.open = opened.get(d.dataset.keep); });
    one('.v-base').addEventListener('load', place);
    apply();
    one('.v-side').scrollTop = scrolled;
    if (focused) one(`[data-key="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  };
  const sync = () => {
    if (!dialog?.open) return;
    const source = template();
    if (!source || state.case !== caseId()) return dialog.close(); // covered, or another case
    if (source.innerHTML !== shown) fill(source);
  };
  const open = (tab, key) => {
    const source = template();
    if (!source) return;
    if (!dialog) make();
    from = key;
    if (state?.case !== caseId()) { state = fresh(caseId()); asked = {}; }
    if (tab) state.tab = tab;
    dialog.showModal();
    fill(source);
    one('.v-stage').focus({preventScroll: true});
    watcher = new MutationObserver(sync);
    watcher.observe(document.querySelector('#nx-photo'), {childList: true, subtree: true});
  };
  const closed = () => {
    watcher?.disconnect();
    dialog.replaceChildren(); // a covered photograph leaves nothing behind
    shown = '';
    (document.querySelector(`#nx-photo [data-key="${from}"]`) ?? document.querySelector('#nx-photo button'))?.focus({preventScroll: true});
  };

  const make = () => {
    dialog = document.createElement('dialog');
    dialog.className = 'viewer';
    dialog.setAttribute('aria-labelledby', 'v-title');
    (document.querySelector('.gradio-container .contain') ?? document.body).append(dialog); // Gradio prefixes the style sheet's media rules
    dialog.addEventListener('close', closed);
    dialog.addEventListener('keydown', keys);
    dialog.addEventListener('click', clicked);
    dialog.addEventListener('input', changed);
    dialog.addEventListener('wheel', wheel, {passive: false});
    ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'pointerleave'].forEach((name) => dialog.addEventListener(name, pointer));
    ['pointerover', 'focusin'].forEach((name) => dialog.addEventListener(name, (event) => tell(event.target.closest?.('[data-line]')?.dataset.line)));
    new ResizeObserver(place).observe(dialog);
  };
  const keys = (event) => {
    event.stopPropagation(); // the page behind has keys of its own
    const tab = event.target.closest?.('[data-v-tab]');
    if (tab && ['ArrowRight', 'ArrowLeft'].includes(event.key)) {
      const tabs = all('[data-v-tab]'), next = tabs[(tabs.indexOf(tab) + (event.key === 'ArrowRight' ? 1 : tabs.length - 1)) % tabs.length];
      state.tab = next.dataset.vTab;
      apply();
      return next.focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.('input:not([type=checkbox]), select, textarea')) return;
    const arrows = {ArrowLeft: [PAN, 0], ArrowRight: [-PAN, 0], ArrowUp: [0, PAN], ArrowDown: [0, -PAN]};
    if (arrows[event.key] && event.target.closest?.('.v-stage')) pan(...arrows[event.key]);
    else if (event.key === '+' || event.key === '=') zoom(state.scale * STEP);
    else if (event.key === '-') zoom(state.scale / STEP);
    else if (event.key === '0') whole();
    else if (event.key === '1') zoom(1);
    else return;
    event.preventDefault();
  };
  const clicked = (event) => {
    const node = event.target.closest('button');
    if (!node) return;
    const {v, vTab, vMode, line, act} = node.dataset;
    if (v === 'close') dialog.close();
    else if (v === 'in') zoom(state.scale * STEP);
    else if (v === 'out') zoom(state.scale / STEP);
    else if (v === 'fit') whole();
    else if (v === 'full') zoom(1);
    else if (vTab) { state.tab = vTab; apply(); }
    else if (vMode) { state.mode = vMode; state.fitted = true; apply(); }
    else if (line) goto(line);
    else if (act) relay({...node.dataset});
  };
  const changed = (event) => {
    const node = event.target;
    if (node.name === 'v-match') { state.match = node.value; if (state.layer !== 'photo') state.layer = 'photo'; if (state.mode === 'points') state.fitted = true; }
    else if ('vMix' in node.dataset) state.mix[`${state.mode}:${state.match}`] = Number(node.value);
    else if ('vBoxes' in node.dataset) state.boxes = node.checked;
    else if ('vLayer' in node.dataset) { state.layer = node.value; state.match = ''; }
    else if ('vSearch' in node.dataset) { state.search = node.value; return search(); }
    else return;
    apply();
  };
  const wheel = (event) => {
    const stage = event.target.closest?.('.v-stage');
    if (!stage) return;
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    zoom(state.scale * Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), event.clientX - box.left, event.clientY - box.top);
  };
  const down = new Map(); // pointers on the stage: one drags, two pinch
  const pointer = (event) => {
    const stage = one('.v-stage');
    if (!stage) return;
    const box = stage.getBoundingClientRect(), at = {x: event.clientX - box.left, y: event.clientY - box.top};
    if (event.type === 'pointerdown' && stage.contains(event.target) && event.button === 0) {
      down.set(event.pointerId, at);
      stage.setPointerCapture?.(event.pointerId);
    } else if (event.type === 'pointermove') {
      const before = down.get(event.pointerId);
      if (before) {
        const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
        const apart = (a, b) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
        if (other) zoom((state.scale * apart(at, other)) / apart(before, other), (at.x + other.x) / 2, (at.y + other.y) / 2);
        else pan(at.x - before.x, at.y - before.y);
        down.set(event.pointerId, at);
      }
      where(stage.contains(event.target) ? at : null);
    } else if (event.type !== 'pointerdown') down.delete(event.pointerId);
  };
  const where = (at) => { // in pixels of the upright photograph
    const s = surface(), x = at ? Math.floor((at.x - state.x) / state.scale) : -1, y = at ? Math.floor((at.y - state.y) / state.scale) : -1;
    const inside = s.node.matches('.v-canvas') && x >= 0 && y >= 0 && x < s.width && y < s.height;
    one('[data-v-at]').textContent = inside ? `x ${x}, y ${y}` : '';
  };

  document.addEventListener('click', (event) => {
    const node = event.target.closest?.('[data-viewer-open]');
    if (node && !node.disabled) open(node.dataset.viewerOpen, node.dataset.key);
  });
  document.addEventListener('change', (event) => { // remembered by this browser: the server has to know before it sends the first picture
    const node = event.target.closest?.('input[data-hide-all]');
    if (node) document.cookie = `newsctx_hide=${node.checked ? 1 : 0}; path=/; max-age=31536000; SameSite=Strict`;
  });
})();
document.addEventListener('click', (event) => { // in one column the panel that a button of the photograph opens is far below
  if (event.target.closest?.('#nx-photo [data-tab]') && innerWidth < 760) setTimeout(() => document.querySelector('#stage-tabs')?.scrollIntoView({block: 'start'}), 50);
});
document.addEventListener('click', (event) => { // the checklist: a status is sent together with the note
  const button = event.target.closest?.('button[data-pillar-status]');
  if (!button?.form) return;
  button.form.elements.status.value = button.dataset.pillarStatus;
  button.form.requestSubmit();
});
