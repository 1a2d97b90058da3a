// Cases and the toolbar without the server: the name that this browser signs with, and fields that hold what
// the server said after a rendering (a node may stand for another case by then).
(() => {
  const remember = (name) => { // a year; read when a page opens
    const secure = location.protocol === 'https:' ? '; SameSite=None; Secure' : '; SameSite=Lax';
    document.cookie = `newsctx_who=${encodeURIComponent(name)}; path=/; max-age=31536000${secure}`;
  };
  document.addEventListener('change', (event) => {
    if (event.target.matches?.('[data-who]')) remember(event.target.value.trim());
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === 'Enter' && event.target.matches?.('[data-reason], [data-who]')) event.target.blur();
    if (event.key === 'Escape' && event.target.matches?.('.head [data-fresh]')) { // what was typed is taken back
      event.target.value = event.target.defaultValue;
      event.target.blur();
    }
    if (event.key === 'Escape' && event.target.closest?.('.case-form')) event.target.closest('.case-form').querySelector('button[data-act]').click();
  });

  let painted = Date.now();
  document.addEventListener('newsctx:painted', () => { painted = Date.now(); });
  setInterval(() => { // another tab may have changed the case: ask, unless somebody is typing or it is being followed
    const followed = document.querySelector('.rail [data-state=running]') && Date.now() - painted < 5000; // else its last news may have been overtaken
    const busy = document.hidden || followed || document.querySelector('dialog[open]')
      || document.activeElement?.matches?.('input:not([type=checkbox]), textarea, select');
    if (!busy) document.querySelector('[data-act="see-news"]')?.click();
  }, 5000);

  const keyed = new WeakMap();
  let asked = null; // the form that was opened, and what opened it
  document.addEventListener('newsctx:painted', (event) => {
    const panel = event.target;
    const active = document.activeElement;
    panel.querySelectorAll('select[data-value]').forEach((s) => { if (s !== active) s.value = s.dataset.value; });
    panel.querySelectorAll('input[type=checkbox][data-key]').forEach((c) => { c.checked = c.defaultChecked; });
    panel.querySelectorAll('[data-mirror]').forEach((i) => { if (i !== active) i.value = i.defaultValue; });
    panel.querySelectorAll('[data-fresh]').forEach((i) => {
      const said = `${i.dataset.key} ${i.defaultValue}`;
      if (keyed.has(i) && keyed.get(i) !== said) i.value = i.defaultValue;
      keyed.set(i, said);
    });
    if (!panel.querySelector('.cases')) return;
    const wanted = panel.querySelector('[data-focus]');
    if (wanted && wanted.dataset.focus !== asked) {
      asked = wanted.dataset.focus;
      wanted.focus();
      wanted.select();
    } else if (!wanted && asked) {
      if (active === document.body || !document.contains(active) || active.closest('.cases'))
        panel.querySelector(`[data-key="${CSS.escape(asked)}"]`)?.focus();
      asked = null;
    }
  });
})();
