// The head of an app's page follows what is seen of the app: told by the portal, or by looking every two
// seconds where nothing tells and something moves.
(() => {
  const LOOK_MS = 2000;
  let source = null;
  let asking = 0;
  const live = () => document.getElementById("live");
  const look = () => live() && htmx.trigger("#live", "look");

  // The state is in the news, so that however many pages are open each shows it at once; for the rest they ask.
  const show = (sign) => {
    const badge = document.querySelector("#live .state");
    if (!sign || !badge || badge.dataset.state === sign.state) return;
    const use = badge.querySelector("use");
    badge.dataset.state = sign.state;
    badge.className = badge.className.replace(/\bc-\w+/, `c-${sign.colour}`);
    badge.lastChild.textContent = sign.word[document.documentElement.lang] || sign.word.en;
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${sign.icon}`));
    use.parentElement.classList.toggle("spin", sign.icon === "loader-2");
  };

  const listen = () => {
    if (source || document.hidden || !live() || !live().dataset.news) return;
    source = new EventSource(live().dataset.news);
    source.addEventListener("changed", (told) => {
      const news = JSON.parse(told.data);
      show(news.sign);
      asking ||= setTimeout(() => {
        asking = 0;
        look();
        document.dispatchEvent(new CustomEvent("app-changed"));
      }, Math.random() * news.spread_ms);
    });
    source.addEventListener("end", () => source.close());
  };
  // A page that nobody looks at holds no stream; the first event after coming back makes it look.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) { source.close(); source = null; }
    listen();
  });
  setInterval(() => {
    const told = source && source.readyState === EventSource.OPEN;
    if (!told && !document.hidden && live() && "moving" in live().dataset) look();
  }, LOOK_MS);
  listen();
})();
