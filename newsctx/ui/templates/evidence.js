// The evidence by hand: cards dragged or moved with keys, an exclusion with its reason, events merged and split, previews.
(() => {
  const closest = (event, selector) => event.target.closest?.(selector);
  const list = () => document.querySelector('#nx-retrieve ol.hits');
  const cards = () => [...(list()?.querySelectorAll('li.hit') ?? [])];
  const fill = (text, values) => (text ?? '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const named = (card) => card.querySelector('h3')?.textContent.trim() ?? '';
  const rankOf = (card) => Number(card.dataset.rank);

  // panel.js sends what a button with data-act carries; this one is pressed for what has no button of its own
  const send = (inside, data) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.hidden = true;
    Object.assign(button.dataset, data);
    inside.append(button);
    button.click();
    button.remove();
  };

  const live = document.createElement('div'); // outside the panels: a new rendering must not silence it
  live.className = 'nx-sr';
  live.setAttribute('aria-live', 'polite');
  live.id = 'nx-live';
  const say = (text) => {
    if (!live.isConnected) document.body.append(live);
    live.textContent = text;
  };

  // --- moving a card ------------------------------------------------------------------------------------------------
  const asked = new Map(); // id -> rank that was sent and is not painted yet: keys may be faster than the server
  const move = (card, rank) => {
    const ol = card.closest('ol.hits'), total = Number(ol.dataset.total);
    const to = Math.min(Math.max(rank, 1), total), now = asked.get(card.dataset.id)?.rank ?? rankOf(card);
    if (to === now) return;
    asked.set(card.dataset.id, {rank: to, at: Date.now()});
    say(fill(ol.dataset.sayMoving, {rank: to, total, article: named(card)}));
    send(card, {act: 'move', id: card.dataset.id, rank: String(to), stage: ol.dataset.order});
  };
  const step = (card, by) => {
    const one = asked.get(card.dataset.id);
    if (one && (Date.now() - one.at > 4000 || one.rank === rankOf(card))) asked.delete(card.dataset.id);
    move(card, (asked.get(card.dataset.id)?.rank ?? rankOf(card)) + by);
  };

  // --- drag: pointer events, so that a finger works like a mouse ----------------------------------------------------
  let drag = null;
  const line = document.createElement('div');
  line.className = 'nx-dropline';
  const ghost = document.createElement('div');
  ghost.className = 'nx-ghost';
  const target = (y) => { // the rank that the card would get when it is let go at this height
    let rank = null, edge = null;
    for (const card of cards()) {
      const box = card.getBoundingClientRect();
      if (y < box.top + box.height / 2) { rank = rankOf(card); edge = box.top; break; }
      rank = rankOf(card) + 1;
      edge = box.bottom;
    }
    const own = rankOf(drag.card);
    return {rank: rank > own ? rank - 1 : rank, edge};
  };
  const follow = () => {
    if (!drag) return;
    if (!drag.card.isConnected || drag.card.dataset.id !== drag.id) return release(false); // painted anew meanwhile
    const near = 70, by = drag.y < near ? -(near - drag.y) / 5 : drag.y > innerHeight - near ? (drag.y - innerHeight + near) / 5 : 0;
    if (by) window.scrollBy(0, by);
    const {rank, edge} = target(drag.y), box = drag.card.getBoundingClientRect();
    drag.rank = rank;
    Object.assign(line.style, {top: `${edge - 2}px`, left: `${box.left}px`, width: `${box.width}px`});
    line.hidden = rank === rankOf(drag.card);
    ghost.textContent = `${rankOf(drag.card)} → ${rank}  ${named(drag.card)}`;
    Object.assign(ghost.style, {top: `${drag.y + 12}px`, left: `${Math.min(drag.x + 14, innerWidth - 250)}px`});
    drag.frame = requestAnimationFrame(follow);
  };
  const release = (keep) => {
    const one = drag;
    if (!one) return;
    drag = null;
    cancelAnimationFrame(one.frame);
    line.remove();
    ghost.remove();
    one.card.classList.remove('dragging');
    document.body.classList.remove('nx-dragging');
    const same = one.card.isConnected && one.card.dataset.id === one.id;
    if (keep && same && one.rank && one.rank !== rankOf(one.card)) move(one.card, one.rank);
    else if (same && one.rank) say(fill(list()?.dataset.sayCancelled, {article: named(one.card)}));
  };
  document.addEventListener('pointerdown', (event) => {
    const grip = closest(event, '[data-grip]'), card = grip?.closest('li.hit');
    if (!card || event.button > 0 || !event.isPrimary) return;
    event.preventDefault();
    drag = {card, id: card.dataset.id, pointer: event.pointerId, x: event.clientX, y: event.clientY, rank: null};
    card.classList.add('dragging');
    document.body.classList.add('nx-dragging');
    document.body.append(line, ghost);
    follow();
  });
  document.addEventListener('pointermove', (event) => {
    if (drag && event.pointerId === drag.pointer) [drag.x, drag.y] = [event.clientX, event.clientY];
  });
  document.addEventListener('pointerup', (event) => { if (drag && event.pointerId === drag.pointer) release(true); });
  document.addEventListener('pointercancel', () => release(false));

  // --- keys on a card -----------------------------------------------------------------------------------------------
  const focus = (card) => {
    if (!card) return;
    cards().forEach((one) => { one.tabIndex = one === card ? 0 : -1; }); // one stop for Tab; j and k go on from there
    card.focus({preventScroll: true});
    card.scrollIntoView({block: 'nearest'});
  };
  const open = (card, selector, then) => {
    const details = card.querySelector(selector);
    details?.querySelector('summary').click();
    if (details) then?.(details); // at once: the next key is meant for what has opened
  };
  const keys = {
    j: (card) => focus(cards()[cards().indexOf(card) + 1]), k: (card) => focus(cards()[cards().indexOf(card) - 1]),
    p: (card) => card.querySelector('.acts [data-act="pin"]')?.click(),
    x: (card) => {
      const restore = card.querySelector('.acts > [data-act="exclude"]');
      if (restore) restore.click();
      else open(card, 'details.exclude', (d) => { if (d.open) d.querySelector('input').focus(); });
    },
    e: (card) => open(card, 'details.scores'),
  };
  let prefix = 0; // `g` begins a key of two strokes that goes elsewhere
  keys.ArrowDown = keys.j;
  keys.ArrowUp = keys.k;
  document.addEventListener('keydown', (event) => {
    if (drag && event.key === 'Escape') return release(false);
    const card = closest(event, '#nx-retrieve li.hit');
    if (!card) return;
    const form = event.key === 'Escape' && closest(event, 'details.exclude[open]');
    if (form) {
      form.querySelector('summary').click();
      return focus(card);
    }
    const by = {ArrowUp: -1, ArrowDown: 1}[event.key];
    if (event.altKey && by && !closest(event, 'input, textarea, select')) {
      event.preventDefault();
      return step(card, by);
    }
    if (event.target !== card || event.altKey || event.ctrlKey || event.metaKey) return; // its buttons have their own keys
    if (event.key === 'g') prefix = Date.now();
    if (Date.now() - prefix < 1500) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act(card);
  });
  document.addEventListener('focusin', (event) => {
    const card = closest(event, '#nx-retrieve li.hit');
    if (card) cards().forEach((one) => { one.tabIndex = one === card ? 0 : -1; });
  });

  // --- an exclusion was made: its form closes; a click elsewhere closes it too ----------------------------------------
  let resume = null; // where the focus goes on when the card that has it is gone
  const close = (details) => { if (details?.open) details.querySelector('summary').click(); };
  const excluded = (details) => {
    const card = details?.closest('li.hit');
    if (!card) return;
    resume = {id: card.dataset.id, index: cards().indexOf(card), at: Date.now()};
    close(details);
  };
  document.addEventListener('click', (event) => {
    const inside = closest(event, 'details.exclude');
    document.querySelectorAll('details.exclude[open]').forEach((d) => { if (d !== inside) close(d); });
    if (inside && closest(event, 'form button[data-act]')) excluded(inside);
  });
  document.addEventListener('submit', (event) => excluded(closest(event, 'details.exclude')));
  const goOn = () => {
    if (Date.now() - resume.at > 15000) { resume = null; return; }
    const still = cards().find((card) => card.dataset.id === resume.id);
    if (still && !('excluded' in still.dataset)) return; // not painted yet, or refused
    const on = document.activeElement;
    if (on === document.body || on.matches('#nx-retrieve li.hit')) focus(still ?? cards()[Math.min(resume.index, cards().length - 1)]);
    if (!still) resume = null;
  };

  // --- events: what is ticked is merged or split off ------------------------------------------------------------------
  const ticked = new Set(); // keys of boxes; a rendering may put another event where a ticked one stood
  const boxes = (kind, group) => [...document.querySelectorAll(`#nx-events input[data-tick="${kind}"]`)].filter((b) => !group || b.dataset.group === group);
  const chosen = (kind, group) => boxes(kind, group).filter((b) => b.checked).map((b) => b.value);
  const count = () => document.querySelectorAll('#nx-events [data-gather]').forEach((button) => {
    const n = chosen(button.dataset.gather, button.dataset.group).length;
    const all = boxes(button.dataset.gather, button.dataset.group).length;
    button.disabled = n < Number(button.dataset.least) || (button.dataset.gather === 'member' && n === all);
    const label = button.querySelector('[data-count]');
    if (label) label.textContent = n ? ` (${n})` : '';
  });
  document.addEventListener('change', (event) => {
    const box = closest(event, 'input[data-tick]');
    if (!box) return;
    if (box.checked) ticked.add(box.dataset.key); else ticked.delete(box.dataset.key);
    count();
  });
  document.addEventListener('click', (event) => {
    const button = closest(event, '[data-gather]');
    if (!button || button.disabled) return;
    const kind = button.dataset.gather, ids = JSON.stringify(chosen(kind, button.dataset.group));
    boxes(kind, button.dataset.group).forEach((b) => { b.checked = false; ticked.delete(b.dataset.key); });
    send(button.parentElement, kind === 'cluster' ? {act: 'merge_clusters', ids} : {act: 'split_cluster', id: button.dataset.group, articles: ids});
    count();
  });

  // --- weights and thresholds: a preview when the hand rests ------------------------------------------------------------
  let waiting = null;
  const preview = (field) => {
    const {preview: kind, channel = '', name = ''} = field.dataset;
    field.closest('.strip').setAttribute('data-asking', '');
    send(field.parentElement, {act: 'preview', kind, channel, name, value: field.value});
  };
  document.addEventListener('input', (event) => {
    const field = closest(event, 'input[data-preview]');
    if (!field) return;
    field.parentElement.querySelectorAll('input[data-preview]').forEach((twin) => { if (twin !== field) twin.value = field.value; });
    clearTimeout(waiting);
    if (field.value !== '') waiting = setTimeout(() => { if (field.isConnected) preview(field); }, 450);
  });

  // --- who is asked when an address is fetched --------------------------------------------------------------------------
  document.addEventListener('input', (event) => {
    const field = closest(event, '[data-contact]'), note = field?.closest('form').querySelector('.contact');
    if (!note) return;
    let host = '';
    try { const url = new URL(field.value); if (/^https?:$/.test(url.protocol)) host = url.hostname; } catch { /* not an address yet */ }
    note.textContent = host ? fill(note.dataset.host, {host}) : note.dataset.none;
  });

  document.addEventListener('newsctx:painted', () => {
    document.querySelectorAll('#nx-events input[data-tick]').forEach((b) => { b.checked = ticked.has(b.dataset.key); });
    count();
    if (resume) goOn();
    const held = document.activeElement?.closest?.('#nx-retrieve li.hit');
    if (held) cards().forEach((one) => { one.tabIndex = one === held ? 0 : -1; });
    asked.forEach((one, id) => { if (cards().some((c) => c.dataset.id === id && rankOf(c) === one.rank)) asked.delete(id); });
  });
})();
