// A log that is followed. Whatever a program wrote is put into the page as text and as nothing else.
(() => {
  const KEPT = 5000;
  const AGAIN_MS = 5000;
  let log = null;

  class Log {
    constructor(section) {
      this.section = section;
      this.text = section.querySelector("#log-text");
      this.words = section.dataset;
      this.paused = false;
      this.waiting = [];
      this.fresh = true;
      this.stuck = true;
      this.pauseButton = section.querySelector("#log-pause");
      this.timer = setInterval(() => this.tell(), 1000);
      this.text.addEventListener("scroll", () => {
        this.stuck = this.text.scrollHeight - this.text.scrollTop - this.text.clientHeight < 40;
      });
      if (this.words.follow) this.follow();
      this.filter();
      this.bottom();
    }

    follow() {
      this.pauseButton.hidden = false;
      this.pauseButton.addEventListener("click", () => this.pause(!this.paused));
      this.state = { state: "opening" };
      this.source = new EventSource(this.words.follow);
      this.source.addEventListener("state", (event) => this.stands(JSON.parse(event.data)));
      this.source.addEventListener("lines", (event) => this.take(JSON.parse(event.data)));
      this.source.addEventListener("left-out", (event) => this.take([{ leftOut: JSON.parse(event.data).lines }]));
      this.source.addEventListener("end", () => { this.source.close(); this.state = { state: "rights" }; this.tell(); });
      this.source.addEventListener("open", () => { this.fresh = true; });
      this.source.addEventListener("error", () => {
        if (this.state.state === "rights") return;
        const since = this.state.state === "away" ? this.state.since : new Date().toISOString();
        this.state = { state: this.source.readyState === EventSource.CLOSED ? "closed" : "away", since };
        if (this.state.state === "closed") this.readAgain();
        this.tell();
      });
    }

    // Each attempt that fails says so anew: what is not reached is as old as the first of them.
    stands(state) {
      if (state.state === "away" && this.state.state === "away") state.since = this.state.since;
      this.state = state;
      this.tell();
    }

    // What cannot be followed is read now and then.
    readAgain() {
      this.again = setInterval(() => {
        if (!this.paused) htmx.ajax("GET", location.pathname + "panel/" + location.search, { target: "#log-text", select: "#log-text", swap: "outerHTML" });
      }, AGAIN_MS);
    }

    take(lines) {
      if (this.paused) {
        this.waiting.push(...lines);
        if (this.waiting.length > KEPT) this.waiting.splice(0, this.waiting.length - KEPT);
        this.tell();
        return;
      }
      // Opened anew, a stream begins with its last lines: they take the place of those that stood here.
      if (this.fresh) { this.text.textContent = ""; this.fresh = false; }
      const part = document.createDocumentFragment();
      for (const line of lines) part.append(this.made(line));
      this.text.append(part);
      while (this.text.childElementCount > KEPT) this.text.firstElementChild.remove();
      this.count();
      this.bottom();
    }

    made(line) {
      const row = document.createElement("div");
      if (line.leftOut) {
        row.className = "left-out";
        row.textContent = this.words.leftOut.replace("{n}", line.leftOut);
      } else {
        row.textContent = line.text;
        if (line.at) row.dataset.at = line.at;
        row.hidden = !this.matches(row);
      }
      return row;
    }

    matches(row) {
      return (!this.q || row.textContent.toLowerCase().includes(this.q))
        && (!this.since || !row.dataset.at || new Date(row.dataset.at) >= this.since)
        && (!this.until || !row.dataset.at || new Date(row.dataset.at) <= this.until);
    }

    filter() {
      const value = (id) => document.getElementById(id).value;
      const time = (id) => (value(id) ? new Date(value(id)) : null);
      this.q = value("log-q").toLowerCase();
      this.since = time("log-since");
      this.until = time("log-until");
      for (const row of this.text.children) row.hidden = !row.classList.contains("left-out") && !this.matches(row);
      this.count();
    }

    count() {
      const rows = this.text.childElementCount;
      const told = this.q || this.since || this.until;
      const shown = told ? this.text.querySelectorAll(":scope > :not([hidden])").length : rows;
      this.section.querySelector("#log-count").textContent =
        told ? this.words.matching.replace("{n}", shown).replace("{m}", rows) : "";
    }

    pause(paused) {
      this.paused = paused;
      this.pauseButton.setAttribute("aria-pressed", String(paused));
      const waiting = this.waiting;
      this.waiting = [];
      if (!paused && waiting.length) this.take(waiting);
      this.tell();
    }

    tell() {
      if (!this.state) return;
      const seconds = Math.max(0, Math.round((Date.now() - new Date(this.state.since)) / 1000));
      const text = (this.words[this.state.state] || "").replace("{n}", seconds);
      const place = this.section.querySelector("#log-state");
      if (place.textContent !== text) place.textContent = text;
      this.section.dataset.state = this.state.state;
      this.pauseButton.textContent = this.paused ? this.words.resume.replace("{n}", this.waiting.length) : this.words.pause;
    }

    bottom() {
      if (this.stuck) this.text.scrollTop = this.text.scrollHeight;
    }

    close() {
      clearInterval(this.timer);
      clearInterval(this.again);
      if (this.source) this.source.close();
    }
  }

  const begin = () => {
    const section = document.querySelector("[data-log]");
    if (!section || (log && log.section === section)) return;
    if (log) log.close();
    log = new Log(section);
  };
  document.addEventListener("htmx:afterSettle", begin);
  document.addEventListener("input", (event) => {
    if (log && event.target.closest("#log-q, #log-since, #log-until")) log.filter();
  });
  addEventListener("pagehide", () => log && log.close());
  begin();
})();
