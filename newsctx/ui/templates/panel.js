// One script for every panel: buttons, forms and sliders with data-act send 'act' (those of the models 'profile'); a new
// rendering keeps focus and open lists.
const send = (data) => {
  if (data.act === 'export') return trigger('export', data);
  if (data.act?.startsWith('profile-')) return trigger('profile', data);
  const reason = document.querySelector('[data-reason]'); // goes with the next change, then is used up
  const who = document.querySelector('[data-who]'); // sent along: the server may not have heard of a new name yet
  trigger('act', {...data, reason: reason?.value ?? '', ...(who ? {who: who.value} : {})});
  const looks = ['order', 'more', 'select', 'dismiss', 'compare'].includes(data.act) || data.act?.startsWith('see-');
  if (reason && !looks) reason.value = ''; // what only looks ('see-...') uses up no reason
};
const opened = new Map();
const drafts = new Map(); // text that was typed and not sent yet: a new rendering must not take it away
const keyed = new WeakMap(); // text field -> the key it had when it was last seen
let focused = null;
let submitted = []; // the text fields of the form that was sent last: what is refused stays in them

element.addEventListener('click', (event) => {
  const node = event.target.closest('button[data-act], a[data-act]');
  if (!node || node.disabled || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  send({...node.dataset});
});
['click', 'auxclick'].forEach((name) => element.addEventListener(name, (event) => { // it is followed, and written down
  const link = event.target.closest('a[data-tells]');
  if (link && event.button < 2) send({...link.dataset, act: link.dataset.tells});
}));
element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target.closest('form[data-act]');
  if (!form) return;
  submitted = [...form.querySelectorAll('[data-draft]')].map((t) => [t.dataset.key, t.value]);
  submitted.forEach(([key]) => drafts.delete(key));
  send({...form.dataset, ...Object.fromEntries(new FormData(form))});
  form.querySelectorAll('input[type=number]').forEach((i) => { i.value = ''; });
});
element.addEventListener('change', (event) => {
  const node = event.target.closest('input[data-act], select[data-act]');
  if (node) send({...node.dataset, value: node.type === 'checkbox' ? (node.checked ? '1' : '') : node.value});
  if (event.target.matches('[data-submits]')) event.target.form?.requestSubmit();
});
let typing = null; // a search field asks while it is typed into
element.addEventListener('input', (event) => {
  if (!event.target.matches('[data-live]')) return;
  clearTimeout(typing);
  typing = setTimeout(() => event.target.isConnected && event.target.form?.requestSubmit(), 300);
});
element.addEventListener('input', (event) => {
  const text = event.target.closest('[data-draft]');
  if (text) drafts.set(text.dataset.key, text.value);
  const node = event.target.closest('input[type=range]');
  if (node?.nextElementSibling) node.nextElementSibling.textContent = node.value;
  if (node && 'wipe' in node.dataset) node.closest('.wipe').style.setProperty('--cut', `${node.value}%`);
});
element.addEventListener('click', (event) => {
  const list = event.target.closest('summary')?.parentElement;
  if (list?.dataset.keep) opened.set(list.dataset.keep, !list.open); // before the browser turns it
});
element.addEventListener('focusin', (event) => { focused = event.target.closest('[data-key]')?.dataset.key ?? null; });

document.addEventListener('newsctx:refused', () => {
  submitted.forEach(([key, text]) => {
    drafts.set(key, text);
    element.querySelectorAll('[data-draft]').forEach((t) => { if (t.dataset.key === key) t.value = text; });
  });
  submitted = [];
});
document.addEventListener('newsctx:drawer', (event) => { // what is on this machine may have changed since it was painted
  if (event.detail === 'profiles' && element.querySelector('#profiles')) check();
});
const check = () => send({act: 'profile-check', was: element.querySelector('.drawer').dataset.current});
let watching = null, painted = 0;
const watchSwitch = () => { // answers may overtake each other, and the change may be another page's: ask how it ended
  painted = Date.now();
  const running = element.querySelector('.drawer[data-switching]');
  if (running && !watching) watching = setInterval(() => { if (Date.now() - painted > 3500) check(); }, 4000);
  if (!running) watching = clearInterval(watching) ?? null;
};
let complained = '';

const settle = () => {
  element.querySelectorAll('details[data-keep]').forEach((d) => { if (opened.has(d.dataset.keep)) d.open = opened.get(d.dataset.keep); });
  element.querySelectorAll('[data-draft]').forEach((t) => { // the same node may belong to another article by now
    if (drafts.has(t.dataset.key)) t.value = drafts.get(t.dataset.key);
    else if (keyed.has(t) && keyed.get(t) !== t.dataset.key) t.value = t.defaultValue;
    keyed.set(t, t.dataset.key);
  });
  element.querySelectorAll('.flash').forEach((n) => n.classList.remove('flash'));
  const active = document.activeElement;
  if (focused && element.contains(active) && active.dataset.key !== focused)
    element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  const head = element.querySelector('[data-case]');
  if (head) {
    const address = new URL(location.href);
    const id = head.dataset.case;
    if (id) address.searchParams.set('case', id); else address.searchParams.delete('case');
    if (address.href !== location.href) history.replaceState(history.state, '', address);
    document.title = head.dataset.title ? `${head.dataset.title} - newsctx` : 'newsctx';
  }
  const error = element.querySelector('.message[data-kind=error]:not([hidden])');
  if (error && error.textContent !== complained) error.scrollIntoView({block: 'nearest'});
  const refusal = error?.querySelector('[data-act="apply-mine"]') && error.textContent !== complained;
  complained = error?.textContent ?? '';
  if (refusal) document.dispatchEvent(new CustomEvent('newsctx:refused'));
  watchSwitch();
  window.newsctx?.mark();
  element.dispatchEvent(new CustomEvent('newsctx:painted', {bubbles: true}));
};
watch('value', settle);
settle();
