// What works without the server: stage tabs, citations that lead to their source, copying, text boxes.
(() => {
  const stages = ['retrieve', 'verify', 'locate', 'events', 'chunks', 'context', 'caption', 'checklist', 'history'];
  const tabOf = {hit: 'retrieve', match: 'verify', cluster: 'events', chunk: 'chunks'};
  let current = 'retrieve';

  const show = (stage) => {
    if (stage === 'photo') return document.querySelector('#drop')?.scrollIntoView({behavior: 'smooth', block: 'start'});
    if (stage === 'relevance') stage = 'context'; // it has no panel of its own: the answer shows what it rests on
    if (!stages.includes(stage)) return;
    current = stage;
    document.querySelector(`#stage-tabs button[role=tab][aria-controls="tab-${stage}"], #tab-${stage}-button`)?.click();
    mark();
  };
  const mark = () => {
    document.querySelectorAll('.rail [data-tab]').forEach((b) => {
      const on = b.dataset.tab === current ? 'true' : 'false';
      if (b.getAttribute('aria-current') !== on) b.setAttribute('aria-current', on);
    });
    drawers();
  };
  const open = new Set(); // drawers: panels below the head line that a button opens and closes
  const drawers = () => document.querySelectorAll('.drawer').forEach((drawer) => {
    const on = open.has(drawer.id);
    if (drawer.hidden === on) drawer.hidden = !on;
    document.querySelectorAll(`[data-drawer="${drawer.id}"]`).forEach((button) => {
      button.setAttribute('aria-expanded', String(on));
      const label = button.querySelector('[data-label]');
      if (label && label.textContent !== drawer.dataset.label) label.textContent = drawer.dataset.label;
    });
  });
  const turn = (id, on) => {
    if (on) open.add(id); else open.delete(id);
    drawers();
    if (on) {
      document.getElementById(id)?.scrollIntoView({block: 'nearest'});
      document.dispatchEvent(new CustomEvent('newsctx:drawer', {detail: id}));
    } else document.querySelector(`[data-drawer="${id}"]`)?.focus();
  };
  const flash = (key) => {
    const node = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!node) return;
    node.scrollIntoView({behavior: 'smooth', block: 'center'});
    node.classList.remove('flash');
    void node.offsetWidth;
    node.classList.add('flash');
    node.tabIndex = -1;
    node.focus({preventScroll: true});
  };
  const go = (key) => { show(tabOf[key.split(':')[0]]); setTimeout(() => flash(key), 120); };
  const copy = async (button, text) => {
    const label = button.textContent;
    const words = document.querySelector('[data-words]')?.dataset ?? {};
    try { await navigator.clipboard.writeText(text); button.textContent = words.copied; }
    catch { window.prompt(words.copyByHand, text); }
    setTimeout(() => { button.textContent = label; }, 1200);
  };

  const trace = (event) => { // the line under the pointer or focus stands out and is told; leaving it gives the hint back
    const on = event.target.closest?.('.ladder .strand');
    const ladder = on?.closest('.ladder') ?? document.querySelector('.ladder svg.tracing')?.closest('.ladder');
    if (!ladder) return;
    ladder.querySelectorAll('[data-trace]').forEach((n) => n.classList.toggle('on', n.dataset.trace === on?.dataset.trace));
    ladder.querySelector('svg').classList.toggle('tracing', Boolean(on));
    const readout = ladder.querySelector('.readout');
    readout.dataset.hint ??= readout.textContent;
    readout.textContent = on?.getAttribute('aria-label') ?? readout.dataset.hint;
  };
  ['pointerover', 'focusin'].forEach((name) => document.addEventListener(name, trace));
  document.addEventListener('focusout', (event) => { if (event.target.closest?.('.strand') && !event.relatedTarget?.closest?.('.strand')) trace({target: document}); });

  document.addEventListener('click', (event) => {
    const node = event.target.closest?.('[data-tab], [data-goto], [data-copy], [data-copy-address], [data-drawer], [data-opens], [data-close]');
    if (!node) return;
    if (node.dataset.tab) show(node.dataset.tab);
    else if (node.dataset.goto) go(node.dataset.goto);
    else if (node.dataset.drawer) turn(node.dataset.drawer, !open.has(node.dataset.drawer));
    else if (node.dataset.opens) {
      turn(node.dataset.opens, true);
      document.querySelector(`#${CSS.escape(node.dataset.opens)} [data-service="${CSS.escape(node.dataset.at ?? '')}"]`)?.scrollIntoView({block: 'center'});
    }
    else if (node.dataset.close) turn(node.dataset.close, false);
    else copy(node, 'copy' in node.dataset ? node.dataset.copy : location.href);
  });
  document.addEventListener('keydown', (event) => {
    const drawer = event.key === 'Escape' && event.target.closest?.('.drawer');
    if (drawer) turn(drawer.id, false);
    const strand = event.key === 'Enter' && event.target.closest?.('.strand[data-goto]');
    if (strand) go(strand.dataset.goto);
  });
  document.addEventListener('change', (event) => {
    if (event.target.matches?.('[data-toggle-boxes]'))
      event.target.closest('.photo').classList.toggle('plain', !event.target.checked);
  });
  window.newsctx = {show, mark, go, flash};
})();
