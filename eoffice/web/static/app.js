/* Enhancements of every page. Nothing here is needed for an act: forms and links work without it.
   Sentences come from #words (Thai stands in templates only). Attributes it looks for:
   data-key="r"            clicked or followed by that key (first in the row at hand, then on the page)
   data-bulk, data-counted the bulk form and its buttons; data-pick-all; shift selects a run of rows
   data-keep="name"        the form's text and ticks are kept in this tab until they are submitted
   data-secret             … but never of this form: it is about a classified letter
   data-poll="url"         the element is replaced by the answer when its ETag has changed
   data-search             the field that / goes to                                                       */
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, act, options) => document.addEventListener(type, act, options);
  const words = () => ($("#words") || document.createElement("i")).dataset;
  const say = (template, values = {}) => (template || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  /* ---- telling ---- */
  function tell(text, { isProblem = false, link = null } = {}) {
    const box = $("#messages");
    if (!box || !text || $$("p", box).some((old) => old.textContent === text)) return;
    const panel = document.createElement("div");
    panel.className = "panel tint" + (isProblem ? " problem" : "");
    const p = panel.appendChild(document.createElement("p"));
    p.textContent = text;
    if (link) p.append(" ", link);
    const problems = $$(".problem", box).slice(isProblem ? -3 : -4);
    box.replaceChildren(...problems, panel);
  }

  /* ---- a form is sent once; after 300 ms it says that it is being done ---- */
  const BUSY_FOR = 20000;
  function setFree(form) {
    delete form.dataset.busy;
    $$("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  }
  function guardSubmit(event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.busy) return event.preventDefault();
    if (event.defaultPrevented) return;
    form.dataset.busy = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(() => form.dataset.busy && form.isConnected && tell(words().busy), 300);
    setTimeout(() => setFree(form), BUSY_FOR);
  }

  /* ---- picking rows ---- */
  const idOf = (form) => form.getAttribute("id"); // form.id could be a field of that name
  const boxes = (form) => $$(`.pick input[name][form="${idOf(form)}"]`);
  function showPicked(form) {
    const all = boxes(form);
    const count = all.filter((box) => box.checked).length;
    const label = $("[data-bulk-count]", form);
    if (label) label.textContent = count ? say(words().picked, { n: count }) : words().nonePicked;
    form.classList.toggle("idle", !count);
    $$("button:not([type=reset])", form).forEach((button) => {
      if (button.dataset.counted) {
        button.dataset.plain ??= button.textContent;
        button.textContent = count ? say(button.dataset.counted, { n: count }) : button.dataset.plain;
      }
      button.disabled = !count;
    });
    all.forEach((box) => box.closest("tr")?.classList.toggle("chosen", box.checked));
    const whole = $(`[data-pick-all="${idOf(form)}"]`);
    if (whole) {
      whole.checked = count > 0 && count === all.length;
      whole.indeterminate = count > 0 && count < all.length;
    }
  }
  let lastBox = null;
  function pick(event) {
    const box = event.target;
    const form = box.form;
    if (!form || form.dataset.bulk === undefined) return;
    if (box.dataset.pickAll) boxes(form).forEach((other) => (other.checked = box.checked));
    else if (event.shiftKey && lastBox?.isConnected && lastBox.form === form) {
      const all = boxes(form);
      const [from, to] = [all.indexOf(lastBox), all.indexOf(box)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((other) => (other.checked = box.checked));
    }
    if (!box.dataset.pickAll) lastBox = box;
    showPicked(form);
    keepPicks(form);
  }
  /* What was picked is kept in this tab by its ids, so that a lost connection or an ended session
     costs no ticks; rows that a filter hides stay picked, and the act that was taken forgets all. */
  const person = document.body.dataset.person || "";
  const picksName = (form) => `keep:${person}:picks:${location.pathname}#${idOf(form)}`;
  function keptPicks(form) {
    try { return JSON.parse(sessionStorage.getItem(picksName(form)))?.ids || []; } catch { return []; }
  }
  function keepPicks(form) {
    const all = boxes(form);
    const hidden = keptPicks(form).filter((id) => !all.some((box) => box.value === id));
    const ids = hidden.concat(all.filter((box) => box.checked).map((box) => box.value));
    try {
      if (ids.length) sessionStorage.setItem(picksName(form), JSON.stringify({ url: location.pathname + location.search, ids }));
      else sessionStorage.removeItem(picksName(form));
    } catch { /* storage refused */ }
  }
  function bringPicks(form) {
    const ids = keptPicks(form);
    const found = boxes(form).filter((box) => !box.checked && ids.includes(box.value));
    found.forEach((box) => (box.checked = true));
    showPicked(form);
    return found.length;
  }

  /* ---- keys: by place on the keyboard, since a Thai layout has other letters there ---- */
  const SWITCH = "keys-off";
  const isOff = () => { try { return localStorage.getItem(SWITCH) === "1"; } catch { return false; } };
  const rows = () => $$("table.list tbody tr, ul.list:not(.across) > li").filter((row) => $("a", row) && row.offsetParent);
  const atHand = () => rows().find((row) => row.getAttribute("aria-current") === "true");
  function move(step) {
    const all = rows();
    const at = all.indexOf(atHand());
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    if (!next) return false;
    all[at]?.removeAttribute("aria-current");
    next.setAttribute("aria-current", "true");
    $(".subject a, h3 a, a", next)?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }
  function press(key) {
    const row = atHand();
    const bulk = $$("form[data-bulk]").find((form) => boxes(form).some((box) => box.checked));
    const target = (bulk && $(`[data-bulk-key="${key}"]`, bulk)) || (row && $(`[data-key="${key}"]`, row))
      || $$(`[data-key="${key}"]`).find((node) => !node.closest("tbody, ul.list"));
    if (target) return target.click(), true;
    const box = row && $(".pick input", row);
    const form = box?.form;
    const button = form && $(`[data-bulk-key="${key}"]`, form);
    if (!button) return false;
    box.checked = true;
    showPicked(form);
    keepPicks(form);
    button.click();
    return true;
  }
  function search() {
    const field = $("[data-search]");
    if (field?.offsetParent) return field.focus(), field.select(), true;
    const place = $$(".menu a").find((link) => $("kbd", link));
    return place ? (place.click(), true) : false;
  }
  const KEYS = {
    KeyJ: () => ($('[data-key="j"]') ? press("j") : move(1)), KeyK: () => ($('[data-key="k"]') ? press("k") : move(-1)),
    KeyR: () => press("r"), KeyX: () => { const box = atHand() && $(".pick input", atHand()); return box ? (box.click(), true) : false; },
    Slash: (event) => { if (!event.shiftKey) return search(); $("#keys")?.showModal(); return true; },
  };
  const isTyping = (node) => node.matches?.("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  function onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = event.target.form || event.target.closest?.("form");
      const buttons = form ? [...form.elements].filter((node) => node.type === "submit") : [];
      const button = buttons.find((node) => node.matches(".main-act")) || buttons[0];
      if (button) event.preventDefault(), form.requestSubmit(button);
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || isOff() || $("dialog[open]")) return;
    if (KEYS[event.code]?.(event)) event.preventDefault();
  }

  /* ---- what was typed and ticked is kept in this tab, for its person only, until the server has it;
     passwords and files never, and nothing at all of a letter whose secrecy is not normal ---- */
  const LINE = "\n";  // between ticked values: phrases have spaces of their own
  const nameOf = (form) => `keep:${person}:${form.dataset.keep}`;
  const textFields = (form) => $$("input, textarea, select", form).filter((field) => field.name && !field.name.startsWith("_")
    && !["hidden", "password", "file", "submit", "checkbox", "radio"].includes(field.type) && field.type !== "search");
  const tickNames = (form) => [...new Set($$("input[type=checkbox][name], input[type=radio][name]", form).map((box) => box.name))];
  const ticksOf = (form, name) => $$(`input[name="${name}"]:checked`, form).map((box) => box.value).join(LINE);
  const stateOf = (form) => ({ fields: Object.fromEntries(textFields(form).map((field) => [field.name, field.value])), ticks: Object.fromEntries(tickNames(form).map((name) => [name, ticksOf(form, name)])) });
  const begun = new WeakMap();
  const differing = (now, then) => Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== (then[name] ?? "")));
  function changes(form) {
    const [now, then] = [stateOf(form), begun.get(form) || stateOf(form)];
    const changed = { fields: differing(now.fields, then.fields), ticks: differing(now.ticks, then.ticks) };
    return Object.keys(changed.fields).length + Object.keys(changed.ticks).length ? changed : null;
  }
  const isSecret = (form) => form.dataset.secret !== undefined || Boolean(form.elements.secrecy && !["", "normal"].includes(form.elements.secrecy.value));
  function forget(form) { try { sessionStorage.removeItem(nameOf(form)); } catch { /* storage refused */ } }
  function keep(form) {
    const changed = isSecret(form) ? null : changes(form);
    if (!changed) return forget(form);
    const kept = { ...changed, version: form.elements.version?.value || "", url: location.pathname };
    try { sessionStorage.setItem(nameOf(form), JSON.stringify(kept)); } catch { /* storage refused */ }
  }
  /* The server has what the form held then; what was typed since is still kept. */
  function settled(form, then) {
    begun.set(form, then);
    keep(form);
  }
  function put(form, kept) {
    textFields(form).forEach((field) => { if (field.name in kept.fields) field.value = kept.fields[field.name]; });
    tickNames(form).filter((name) => name in kept.ticks).forEach((name) => {
      const values = kept.ticks[name].split(LINE);
      $$(`input[name="${name}"]`, form).forEach((box) => {
        if (box.checked === values.includes(box.value)) return;
        box.checked = !box.checked;
        if (box.checked) box.closest("details")?.setAttribute("open", "");
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
    form.dispatchEvent(new Event("input", { bubbles: true }));
    keep(form);
  }
  /* Back at once when the page is still the one it was typed on; else only when asked for. A page that
     came back with an error holds what was typed, but the server does not: that stays kept. */
  function bringBack(form) {
    const now = stateOf(form);
    begun.set(form, $(".errors") ? { fields: {}, ticks: {} } : now);
    if (isSecret(form)) return forget(form);
    if ($(".errors")) return keep(form);
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(nameOf(form))); } catch { /* nothing kept */ }
    if (!kept?.fields) return;
    if (!Object.keys(differing(kept.fields, now.fields)).length && !Object.keys(differing(kept.ticks, now.ticks)).length) return forget(form);
    if (kept.version === (form.elements.version?.value || "")) return put(form, kept), tell(words().kept);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "tight", textContent: words().bringBack });
    button.onclick = () => { put(form, kept); button.closest(".panel").remove(); };
    tell(words().keptOlder, { link: button });
  }
  /* After signing in again: where something typed waits, told once on the first page. */
  const WAS_OUT = "was-out";
  function offerKept() {
    try {
      if (document.body.dataset.gate !== undefined) return sessionStorage.setItem(WAS_OUT, "1");
      if (!sessionStorage.getItem(WAS_OUT) || !person) return;
      sessionStorage.removeItem(WAS_OUT);
      const names = Object.keys(sessionStorage).filter((name) => name.startsWith(`keep:${person}:`));
      const kept = names.map((name) => JSON.parse(sessionStorage.getItem(name))).find((one) => one.url && one.url !== location.pathname);
      if (kept) tell(kept.ids ? words().picksElsewhere : words().keptElsewhere, { link: Object.assign(document.createElement("a"), { href: kept.url, textContent: words().goOn }) });
    } catch { /* storage refused */ }
  }
  function dropOthers() {
    if (!person) return;
    try {
      Object.keys(sessionStorage).filter((name) => name.startsWith("keep:") && !name.startsWith(`keep:${person}:`)).forEach((name) => sessionStorage.removeItem(name));
    } catch { /* storage refused */ }
  }
  /* What was sent is forgotten only when the next page says that it was taken: a message, no error. */
  const SENT = "sent-form";
  function settleSent() {
    try {
      const sent = sessionStorage.getItem(SENT);
      if (!sent) return;
      sessionStorage.removeItem(SENT);
      if ($("#messages > *") && !$(".errors, [data-trouble], [data-gate]")) sessionStorage.removeItem(sent);
    } catch { /* storage refused */ }
  }

  /* ---- polling: only while the page is seen, at once when it is seen again ---- */
  const isInUse = (node) => node.contains(document.activeElement) || $(":checked, details[open]", node);
  function ended() {
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = words().signIn;
    tell(words().ended, { isProblem: true, link });
  }
  function showUnread(answer) {
    const bell = $("[data-unread]");
    if (bell && answer?.headers.has("X-Unread")) bell.textContent = answer.headers.get("X-Unread");
  }
  async function poll(node) {
    if (document.hidden || node.dataset.asking || !node.isConnected) return;
    node.dataset.asking = "1";
    try {
      const headers = node.dataset.etag ? { "If-None-Match": node.dataset.etag, "HX-Request": "true" } : { "HX-Request": "true" };
      const answer = await fetch(node.dataset.poll, { headers, cache: "no-store", credentials: "same-origin" });
      if (answer.redirected || answer.status === 401) { node.dataset.stop = "1"; return ended(); }
      if (answer.status !== 200) return;
      const isFirst = !node.dataset.etag;
      node.dataset.etag = answer.headers.get("ETag") || "";
      showUnread(answer);
      const html = await answer.text();
      if (isInUse(node)) { if (!isFirst) tell(words().fresh); return; }
      node.innerHTML = html;
      window.htmx?.process(node);
    } catch { /* offline: the next round asks again */ } finally { delete node.dataset.asking; }
  }
  function startPolling(node) {
    const every = 1000 * (Number(node.dataset.pollEvery) || 30);
    const ask = () => node.dataset.stop || poll(node);
    setInterval(ask, every);
    on("visibilitychange", ask);
    window.addEventListener("focus", ask);
  }

  /* ---- columns the reader wants to see, remembered in this browser ---- */
  function offerColumns(table) {
    const name = `columns:${table.dataset.columns}`;
    const heads = $$("thead th", table).map((head, index) => ({ index: index + 1, text: head.textContent.trim(), isSubject: Boolean($(`tbody td:nth-child(${index + 1}).subject`, table)) }));
    const choices = heads.filter((head) => head.text && !head.isSubject && !$(`thead th:nth-child(${head.index}).pick`, table));
    let hidden = [];
    try { hidden = JSON.parse(localStorage.getItem(name)) || []; } catch { /* nothing kept */ }
    const apply = () => choices.forEach((choice) => table.classList.toggle(`hide-${choice.index}`, hidden.includes(choice.text)));
    const details = document.createElement("details");
    details.className = "columns no-print";
    details.append(Object.assign(document.createElement("summary"), { textContent: words().columnsLabel }));
    const box = details.appendChild(document.createElement("div"));
    box.className = "side";
    choices.forEach((choice) => {
      const label = box.appendChild(document.createElement("label"));
      const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: !hidden.includes(choice.text) });
      label.className = "tick";
      label.append(tick, choice.text);
      tick.addEventListener("change", () => {
        hidden = hidden.filter((text) => text !== choice.text).concat(tick.checked ? [] : [choice.text]);
        try { localStorage.setItem(name, JSON.stringify(hidden)); } catch { /* storage refused */ }
        apply();
      });
    });
    apply();
    table.after(details);
  }

  /* ---- reading pages: zoom and turn ---- */
  function turnPage(event) {
    const button = event.target.closest("[data-page-act]");
    const page = button && $(button.dataset.pageFor || ".page");
    if (!page) return;
    if (button.dataset.pageAct === "turn") $$("img", page).forEach((image) => (image.dataset.turn = (Number(image.dataset.turn || 0) + 1) % 4));
    else page.dataset.zoom = Math.min(3, Math.max(1, Number(page.dataset.zoom || 1) + (button.dataset.pageAct === "in" ? 1 : -1)));
  }

  /* ---- htmx: an error shows its page's sentence, an ended session the whole sign-in page ---- */
  on("htmx:beforeOnLoad", (event) => {
    if (/<body[^>]*data-gate/.test(event.detail.xhr.responseText.slice(0, 4000))) event.preventDefault(), ended();
  });
  on("htmx:sendError", () => tell(words().offline, { isProblem: true }));
  on("htmx:afterSettle", (event) => {
    $$("form[data-bulk]").forEach(bringPicks);
    const table = event.target.matches?.("table[data-columns]") ? event.target : null;
    if (table) $$("details.columns").forEach((old) => old.remove()), offerColumns(table);
  });

  on("submit", guardSubmit);
  on("submit", (event) => {
    const form = event.target;
    const name = form.dataset.keep ? nameOf(form) : form.dataset.bulk === undefined ? "" : picksName(form);
    if (name && !event.defaultPrevented) try { sessionStorage.setItem(SENT, name); } catch { /* storage refused */ }
  });
  on("click", (event) => { if (event.target.matches?.(".pick input")) pick(event); turnPage(event); if (event.target.closest?.("[data-print]")) window.print(); });
  on("reset", (event) => event.target.dataset.bulk !== undefined && setTimeout(() => { showPicked(event.target); keepPicks(event.target); }));
  on("keydown", onKey);
  ["input", "change"].forEach((type) => on(type, (event) => event.target.form?.dataset.keep && keep(event.target.form)));
  on("change", (event) => {
    if (event.target.matches?.("[data-keys-switch]")) try { localStorage.setItem(SWITCH, event.target.checked ? "0" : "1"); } catch { /* storage refused */ }
  });
  window.addEventListener("pageshow", () => { $$("form[data-busy]").forEach(setFree); $$("form[data-bulk]").forEach(showPicked); });

  /* Where no file is chosen the browser says so in its own language: the button says enough. */
  const showChosen = (input) => input.classList.toggle("none", !input.files.length);
  $$(".file-button input").forEach(showChosen);
  on("change", (event) => event.target.matches?.(".file-button input") && showChosen(event.target));

  /* The view at hand is seen where a narrow screen shows only the first ones. */
  $$(".views [aria-current]").forEach((link) => { const bar = link.parentNode; bar.scrollLeft = Math.max(0, link.offsetLeft + link.offsetWidth - bar.offsetLeft - bar.clientWidth); });

  const keysSwitch = $("[data-keys-switch]");
  if (keysSwitch) keysSwitch.checked = !isOff();
  dropOthers();
  settleSent();
  $$("form[data-keep]").forEach(bringBack);
  offerKept();
  const brought = $$("form[data-bulk]").reduce((sum, form) => sum + bringPicks(form), 0);
  if (brought) tell(say(words().picksKept, { n: brought }));
  $$("[data-poll]").forEach(startPolling);
  /* A letter that is looked at tells so by a POST of its own; opening it by a link changes nothing. */
  $$("form[data-opens]").forEach(async (form) => {
    const sent = { method: "POST", body: new FormData(form), redirect: "manual", headers: { "HX-Request": "true" } };
    showUnread(await fetch(form.action, sent).catch(() => null));
  });
  $$("[data-needs-script]").forEach((node) => (node.hidden = false));
  $$("table[data-columns]").forEach(offerColumns);
  $("#errors")?.focus({ preventScroll: true });
  window.eoffice = { $, $$, say, tell, words, forget, ended, keep, settled, stateOf, changes };
})();
