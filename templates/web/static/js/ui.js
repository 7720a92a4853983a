// What pages need beyond links, forms and htmx. Everything works without it, only less comfortably.
(() => {
  const doc = document;

  // Copy buttons: <button data-copy="text"> or data-copy-from="#id". The word comes from the page's language.
  const copy = async (button) => {
    const source = button.dataset.copyFrom ? doc.querySelector(button.dataset.copyFrom).textContent : button.dataset.copy;
    await navigator.clipboard.writeText(source);
    const use = button.querySelector("use");
    const before = use.getAttribute("href");
    use.setAttribute("href", before.replace(/#.*/, "#check"));
    doc.getElementById("said").textContent = doc.body.dataset.copied;
    setTimeout(() => use.setAttribute("href", before), 1600);
  };

  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (button) copy(button);
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
    const filling = event.target.closest("[data-fill]");
    if (filling) fill(filling);
    for (const menu of doc.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A suggestion goes into its field, and counts as typed.
  const fill = (button) => {
    const field = doc.querySelector(button.dataset.fill);
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };

  // Tabs as the ARIA practices describe them: arrows move, the panel follows.
  const choose = (tab) => {
    for (const other of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      doc.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
    }
  };

  const rowKeys = { j: 1, k: -1 };
  const moveRow = (step) => {
    const links = [...doc.querySelectorAll("[data-rows] a[data-row]")];
    if (!links.length) return;
    const at = links.indexOf(doc.activeElement);
    links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
  };

  doc.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      const menu = event.target.closest("details.menu[open]");
      if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
    }
    const tab = event.target.closest("[role=tab]");
    if (tab && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
      const next = tabs[(tabs.indexOf(tab) + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
      next.focus();
      choose(next);
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const search = doc.getElementById("search");
    if (event.key === "/" && search) {
      event.preventDefault();
      if (search.offsetParent) search.focus();
      else doc.querySelector(".search-link").click();
    }
    if (event.key in rowKeys) moveRow(rowKeys[event.key]);
  });

  // "3 minutes ago" stays true while the page is open.
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const words = new Intl.RelativeTimeFormat(doc.documentElement.lang, { numeric: "auto" });
  const tell = () => {
    for (const time of doc.querySelectorAll("time[data-ago]")) {
      const seconds = Math.round((new Date(time.dateTime) - Date.now()) / 1000);
      const [unit, size] = steps.find(([, each]) => Math.abs(seconds) >= each) || steps[3];
      const text = words.format(Math.trunc(seconds / size), unit);
      if (time.textContent !== text) time.textContent = text;
    }
  };
  tell();
  setInterval(tell, 5000);
  doc.addEventListener("htmx:afterSettle", tell);

  // A part of the page that is loaded on its own is asked for again where the network lost it.
  doc.addEventListener("htmx:sendError", ({ target }) => {
    if (target.matches("[hx-trigger~=again]")) setTimeout(() => doc.contains(target) && htmx.trigger(target, "again"), 2000);
  });

  // Secrets leave the page after the seconds that their element names.
  const forget = (root) => {
    for (const box of root.querySelectorAll("[data-forget]")) {
      setTimeout(() => doc.contains(box) && htmx.ajax("GET", box.dataset.after, { target: box.dataset.target, swap: "outerHTML" }), box.dataset.forget * 1000);
    }
  };
  forget(doc);
  doc.addEventListener("htmx:afterSettle", (event) => forget(event.target.parentElement || doc));

  // Chosen at once where a form says so; with no script its button does it.
  doc.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // Tabs that are only tabs with script.
  for (const list of doc.querySelectorAll("[data-tabs]")) {
    list.hidden = false;
    choose(list.querySelector("[role=tab]"));
  }
})();
