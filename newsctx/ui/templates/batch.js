// A batch that runs is followed: its panel is asked every two seconds, unless somebody is typing there.
(() => {
  document.addEventListener('newsctx:painted', (event) => { // what the drop zone says, in the page's language
    const words = event.target.querySelector?.('.batches')?.dataset.drop;
    if (words) document.documentElement.style.setProperty('--nx-drop-many', JSON.stringify(words));
  });
  setInterval(() => {
    const ask = document.querySelector('[data-act="see-batch-news"][data-follow]');
    const busy = document.hidden || document.querySelector('dialog[open]')
      || document.activeElement?.matches?.('.batches input, .batches textarea, .cases input, .cases select');
    if (ask && !busy) ask.click();
  }, 2000);
})();
