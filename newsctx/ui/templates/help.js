// Keyboard, help, tour, language and what a screen reader is told. One listener for the keys of the whole page.
(() => {
  const one = (selector) => document.querySelector(selector);
  const words = () => one('[data-words]')?.dataset ?? {};
  const store = { // a browser may refuse to keep anything
    get: (name) => { try { return localStorage.getItem(`newsctx:${name}`); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(`newsctx:${name}`, value); } catch { /* not kept, then */ } },
  };
  const seen = (node) => Boolean(node?.getClientRects().length);

  // --- told, not shown ----------------------------------------------------------------------------------------
  const told = document.createElement('div');
  told.className = 'sr-only';
  told.setAttribute('role', 'status');
  const say = (text) => { if (text && told.textContent !== text) told.textContent = text; };
  let before = '';
  const states = () => {
    const all = [...document.querySelectorAll('.rail [data-tab][data-state]')];
    const failed = all.filter((b) => b.dataset.state === 'failed').map((b) => b.querySelector('.rail-name')?.textContent ?? '');
    const now = all.some((b) => b.dataset.state === 'running') ? 'computing' : failed.length ? 'failed'
      : all.length && all.every((b) => ['fresh', 'unavailable'].includes(b.dataset.state)) ? 'done' : 'stopped';
    if (now === before) return;
    const was = before;
    before = now;
    if (now === 'computing') say(words().computing);
    else if (was === 'computing') say(now === 'failed' ? `${words().failed} ${failed.join(', ')}` : words()[now]);
  };
  const dropZone = () => { // Gradio's words for it are the browser's; ours are the page's
    document.documentElement.style.setProperty('--nx-drop', JSON.stringify(words().drop ?? ''));
    document.documentElement.style.setProperty('--nx-drop-another', JSON.stringify(words().dropAnother ?? ''));
  };
  const landmarks = () => [['#photo', 'photo'], ['#stages', 'stages']].forEach(([place, name]) => {
    const node = one(place), label = words()[name];
    if (!node || !label || node.getAttribute('aria-label') === label) return;
    node.setAttribute('role', 'region');
    node.setAttribute('aria-label', label);
  });

  // --- language: the server's panels and Gradio's own components speak the same -------------------------------
  const gradio = () => performance.getEntriesByType('resource').map((e) => e.name).find((n) => /\/core-[^/]*\.js$/.test(n));
  let spoken = '';
  const speak = (code) => { // Gradio goes by the browser's language alone; what its own settings page calls is asked here
    if (!code || code === spoken) return;
    spoken = code;
    const module = gradio();
    if (module && !document.documentElement.lang.startsWith(code)) import(module).then((m) => m.changeLocale?.(code)).catch(() => {});
    document.documentElement.lang = code;
  };
  const chooseLanguage = (code) => {
    document.cookie = `newsctx_language=${code}; path=/; max-age=31536000; SameSite=Lax`;
    const address = new URL(location.href);
    address.searchParams.delete('lang');
    if (!document.cookie.includes(`newsctx_language=${code}`)) address.searchParams.set('lang', code); // no cookies in this frame
    location.assign(address);
  };
  const asked = new URLSearchParams(location.search).get('lang') ?? /newsctx_language=([a-z]+)/.exec(document.cookie)?.[1];
  if (asked === 'en' || asked === 'de') speak(asked); // before the components are drawn; the server confirms it

  // --- help ----------------------------------------------------------------------------------------------------
  const help = () => one('#help');
  const openHelp = () => {
    const dialog = help();
    if (!dialog || dialog.open) return dialog?.close();
    dialog.querySelector('[data-single-keys]').checked = store.get('keys') !== 'off';
    dialog.showModal();
    dialog.querySelector('h2').focus();
  };

  // --- keys ----------------------------------------------------------------------------------------------------
  const typing = (node) => Boolean(node?.closest?.('textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file])'));
  const press = (...selectors) => {
    const button = selectors.flatMap((s) => [...document.querySelectorAll(s)]).find((b) => !b.disabled && seen(b));
    button?.click();
    return Boolean(button);
  };
  const goTab = (stage) => { if (one(`.rail [data-tab="${stage}"]`)) press(`.rail [data-tab="${stage}"]`); else window.newsctx.show(stage); };
  const home = (then) => {
    if (one('[data-case]')?.dataset.case) press('.head [data-act="home"]');
    let left = 40; // the start page comes from the server
    const wait = setInterval(() => { if (one('[data-case]')?.dataset.case === '' || !left--) { clearInterval(wait); then(); } }, 50);
  };
  const search = () => {
    const fields = [...document.querySelectorAll('#stages input[type=search]')].filter(seen);
    const field = fields[0] ?? [...document.querySelectorAll('#inputs textarea')].pop();
    field?.focus();
    return Boolean(field);
  };
  const recompute = () => { if (!press('[data-key="run"]')) say(words().notStale); };
  const hand = (node) => { node?.scrollIntoView({block: 'nearest'}); (node?.querySelector('input, button') ?? node)?.focus(); };
  const firstCard = () => { const card = one('#nx-retrieve li.hit[tabindex="0"]') ?? one('#nx-retrieve li.hit'); if (seen(card)) card.focus(); };
  const going = {
    c: () => home(() => { const field = one('#nx-cases input[type=search]'); hand(seen(field) ? field : one('#nx-cases a')); }),
    e: () => goTab('retrieve'), a: () => goTab('context'), k: () => goTab('checklist'), h: () => goTab('history'), m: () => press('[data-drawer="profiles"]'),
  };
  const plain = {
    '?': openHelp, r: recompute, u: () => press('[data-act="undo"]'), U: () => press('[data-act="redo"]'), '/': search,
    n: () => home(() => hand(one('#drop'))), j: firstCard,
  };
  let waiting = 0; // until when the second key of "g" is awaited
  const keyed = (event) => {
    if (event.defaultPrevented || event.isComposing || typing(event.target)) return;
    if (one('dialog[open]')) { if (event.key === '?' && help()?.open) help().close(); return; }
    const control = event.ctrlKey || event.metaKey;
    let act = null;
    if (control && !event.altKey && event.key.toLowerCase() === 'z') act = event.shiftKey ? plain.U : plain.u;
    else if (control && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'y') act = plain.U;
    else if (control || event.altKey) return;
    else if (waiting > Date.now()) { waiting = 0; act = going[event.key.toLowerCase()]; }
    else if (event.key === 'g') act = () => { waiting = Date.now() + 1500; };
    else if (/^[0-9]$/.test(event.key)) act = () => document.querySelectorAll('.rail [data-tab]')[(Number(event.key) + 9) % 10]?.click();
    else act = plain[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', keyed);
  window.addEventListener('keydown', (event) => { // single keys switched off (WCAG 2.1.4): nobody's listener hears them
    if (store.get('keys') === 'off' && event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target))
      event.stopImmediatePropagation();
  }, true);

  // --- tour ----------------------------------------------------------------------------------------------------
  let card = null, at = 0, marked = null;
  const steps = () => [...document.querySelectorAll('template[data-tour-step]')].map((t) => ({
    title: t.dataset.title, text: t.dataset.text, node: t.dataset.tourStep.split(',').map((s) => one(s.trim())).find(seen),
  })).filter((s) => s.node);
  const place = () => {
    if (!card || !marked?.isConnected) return;
    const gap = 12, edge = 8, own = card.getBoundingClientRect(), box = marked.getBoundingClientRect();
    const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    const within = (v, size, space) => Math.max(edge, Math.min(v, space - size - edge));
    const level = within(box.top, own.height, high), plumb = within(box.left, own.width, wide);
    const ways = [ // beside what it points to, never on it
      [box.bottom + gap + own.height <= high, plumb, box.bottom + gap],
      [box.right + gap + own.width <= wide, box.right + gap, level],
      [box.top - gap - own.height >= 0, plumb, box.top - gap - own.height],
      [box.left - gap - own.width >= 0, box.left - gap - own.width, level],
    ];
    const [, x, y] = ways.find(([fits]) => fits) ?? [true, wide - own.width - edge, high - own.height - edge]; // taller than the window: its end is under the card
    Object.assign(card.style, {left: `${x}px`, top: `${y}px`});
  };
  const show = (focus) => {
    const all = steps();
    if (!all.length) return end(false);
    at = Math.max(0, Math.min(at, all.length - 1));
    const step = all[at];
    marked?.classList.remove('tour-here');
    marked = step.node;
    marked.classList.add('tour-here');
    const count = card.querySelector('.tour-count');
    count.textContent = count.dataset.count.replace('{step}', at + 1).replace('{steps}', all.length);
    card.querySelector('#tour-title').textContent = step.title;
    card.querySelector('#tour-text').textContent = step.text;
    const examples = card.querySelector('.tour-examples');
    if (examples) examples.hidden = at > 0 || !seen(one('[data-act="example"]'));
    card.querySelector('[data-tour-back]').disabled = at === 0;
    const next = card.querySelector('[data-tour-next]');
    next.dataset.next ??= next.textContent;
    next.textContent = at === all.length - 1 ? next.dataset.last : next.dataset.next;
    const high = marked.getBoundingClientRect();
    if (high.top < 0 || high.bottom > innerHeight) marked.scrollIntoView({block: high.height > innerHeight * 0.5 ? 'start' : 'center'});
    place();
    if (focus) next.focus({preventScroll: true});
  };
  const start = (focus) => {
    const source = one('template[data-tour-card]');
    if (!source || card) return;
    card = source.content.firstElementChild.cloneNode(true);
    document.body.prepend(card); // the first stop of Tab
    at = 0;
    show(focus);
    if (!focus) say(words().touring);
  };
  const end = (kept = true) => {
    if (!card) return;
    const inside = card.contains(document.activeElement);
    if (kept) store.set('tour', 'seen');
    marked?.classList.remove('tour-here');
    card.remove();
    card = marked = null;
    if (inside) one('.head [data-help]')?.focus({preventScroll: true});
  };
  const wanted = new URLSearchParams(location.search).get('tour');
  let offered = wanted === 'off' || (wanted !== 'on' && store.get('tour') !== null);
  const offer = () => { // on a first visit, once the start page is there; a case's address is opened for the case
    if (offered || !one('[data-case]') || !one('template[data-tour-card]')) return;
    if (wanted !== 'on' && one('[data-case]').dataset.case) return;
    offered = true;
    setTimeout(() => { if (!one('dialog[open]')) start(false); }, 500);
  };
  ['resize', 'scroll'].forEach((name) => window.addEventListener(name, place, {passive: true, capture: true}));

  // --- clicks and paintings --------------------------------------------------------------------------------------
  document.addEventListener('click', (event) => {
    const node = event.target.closest?.('[data-help], [data-help-close], [data-language][data-key], [data-skip], [data-tour], [data-tour-end], [data-tour-next], [data-tour-back], [data-tour-example]');
    if (!node) return;
    const data = node.dataset;
    if ('help' in data) openHelp();
    else if ('helpClose' in data) help().close();
    else if ('skip' in data) { event.preventDefault(); const target = one('.rail [aria-current="true"]') ?? one('.rail button'); target?.focus(); target?.scrollIntoView({block: 'start'}); }
    else if ('tour' in data) { help()?.close(); end(false); start(true); }
    else if ('tourEnd' in data) end();
    else if ('tourBack' in data) { at -= 1; show(true); }
    else if ('tourExample' in data) { one(`[data-act="example"][data-index="${data.tourExample}"]`)?.click(); at = 1; setTimeout(() => card && show(true), 400); }
    else if ('tourNext' in data) { if (at >= steps().length - 1) end(); else { at += 1; show(true); } }
    else chooseLanguage(data.language);
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches?.('[data-single-keys]')) store.set('keys', event.target.checked ? 'on' : 'off');
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && card && !event.defaultPrevented && !one('dialog[open]') && (card.contains(event.target) || event.target === document.body)) end();
  });
  document.addEventListener('newsctx:painted', () => {
    if (!told.isConnected) document.body.append(told);
    speak(words().language);
    landmarks();
    dropZone();
    states();
    offer();
    if (card && !marked?.isConnected) show(false);
    else place();
  });
})();
