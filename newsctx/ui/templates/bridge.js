// Plots and the scripts of the page have no component of their own: what they ask the server for goes through this one.
document.addEventListener('newsctx:point', (event) => trigger('point', event.detail));
