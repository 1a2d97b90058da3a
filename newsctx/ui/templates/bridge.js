// Plots have no click event of their own: this one listens to every plot and sends the clicked event's id as 'point'.
const seen = new WeakSet();
const hook = () => document.querySelectorAll('.js-plotly-plot').forEach((plot) => {
  if (seen.has(plot) || !plot.on) return;
  seen.add(plot);
  plot.on('plotly_click', (data) => trigger('point', {cluster: data.points[0]?.customdata ?? ''}));
});
new MutationObserver(hook).observe(document.body, {childList: true, subtree: true});
hook();
