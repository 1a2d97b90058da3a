// A case that may only be read, and a login that has ended. The server refuses what these controls would send anyway.
(() => {
  const looks = /^(see-.*|home|open|example|order|more|select|dismiss|compare|export|profile-.*|preview|preview_discard)$/;
  const lock = (node, why) => { // a control may be another case's by now: what was locked here is opened again here
    const locked = node.dataset.locked !== undefined;
    if (why && !locked && !node.disabled) {
      node.dataset.locked = node.title;
      node.disabled = true;
      node.title = why;
    } else if (!why && locked) {
      node.disabled = false;
      node.title = node.dataset.locked;
      delete node.dataset.locked;
    }
  };
  const keep = () => {
    const why = document.querySelector('.head')?.dataset.readonly ?? '';
    document.documentElement.classList.toggle('nx-readonly', Boolean(why));
    document.querySelectorAll('[data-act]').forEach((node) => {
      if (looks.test(node.dataset.act) || node.matches('a')) return;
      const parts = node.matches('form') ? [...node.elements] : [node];
      parts.forEach((part) => lock(part, why));
    });
    document.querySelectorAll('#inputs textarea, #inputs input, .reason-field').forEach((field) => {
      if (field.readOnly !== Boolean(why)) field.readOnly = Boolean(why);
    });
  };
  // The panel of shares lies over the page: a click beside it, or Escape, puts it away.
  const away = (outside) => {
    const panel = document.querySelector('.head details.share[open]');
    if (panel && !panel.contains(outside)) panel.open = false;
  };
  document.addEventListener('pointerdown', (event) => away(event.target));
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') away(null); });

  let waiting = 0;
  document.addEventListener('newsctx:painted', () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(keep);
  });

  const ended = () => {
    const head = document.querySelector('.head[data-again]');
    if (!head || document.querySelector('.logged-out')) return;
    const line = document.createElement('p');
    const link = document.createElement('a');
    const id = head.dataset.case;
    line.className = 'logged-out';
    line.setAttribute('role', 'alert');
    line.textContent = `${head.dataset.again} `;
    link.href = id ? `login?case=${encodeURIComponent(id)}` : 'login';
    link.textContent = head.dataset.login;
    line.append(link);
    head.after(line);
    line.scrollIntoView({block: 'nearest'});
  };
  const fetched = window.fetch;
  window.fetch = async (...args) => {
    const answer = await fetched(...args);
    if (answer.status === 401 && answer.headers.get('X-Newsctx-Login')) ended();
    return answer;
  };
})();
