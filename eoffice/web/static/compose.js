/* Enhancements of pages where letters are written: names by typing, uploads with progress, autosave,
   dates understood. Each is a normal form without this file. A quiet submit sends the form as it is,
   follows the redirect and takes the fresh parts (files, versions, once-keys) from the page that comes. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const { $, $$, say, tell, words, ended, keep, settled, stateOf, changes } = window.eoffice;
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...children);
    return node;
  };

  /* ---- a quiet submit ---- */
  const onceKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const troubleIn = (page) => $$(".errors li, [data-trouble] p, [data-trouble] h2, #messages .problem", page).map((node) => node.textContent.trim()).join(" ");
  function freshen(page, own) {
    $$("form[method=post]").forEach((form) => {
      const fresh = $$("form[method=post]", page).find((other) => other.getAttribute("action") === form.getAttribute("action"));
      ["version", "_once", "csrf_token"].forEach((name) => {
        const [from, to] = [fresh?.elements[name], form.elements[name]];
        if (from?.value !== undefined && to?.value !== undefined) to.value = from.value;
        else if (name === "_once" && form === own && to) to.value = onceKey();
      });
    });
  }
  function freshenFiles(page) {
    const [now, fresh] = [$("ul.files:not(.going)"), $("ul.files:not(.going)", page)];
    if (now && fresh) now.replaceWith(document.importNode(fresh, true));
    else if (fresh) $("form[data-upload]")?.before(document.importNode(fresh, true));
  }
  function send(form, body, { url = form.action, onProgress, onStart } = {}) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.setRequestHeader("Accept", "text/html");
      if (onProgress) request.upload.onprogress = onProgress;
      request.onload = () => {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        const isEnded = page.body.dataset.gate !== undefined && request.status < 400;
        if (isEnded) ended();
        else if (request.status < 400) freshen(page, form);
        resolve({ isDone: !isEnded && request.status < 400, isEnded, page, url: request.responseURL, trouble: troubleIn(page), status: request.status });
      };
      request.onerror = request.ontimeout = () => resolve({ isDone: false, isOffline: true });
      request.onabort = () => resolve({ isDone: false, isStopped: true });
      onStart?.(request);
      request.send(body);
    });
  }

  /* One quiet submit after the other: each answer brings the version that the next one needs. */
  let line = Promise.resolve();
  let waiting = 0;
  const inLine = (act) => {
    waiting += 1;
    return (line = line.then(act, act).finally(() => (waiting -= 1)));
  };

  /* ---- uploads: one file, one request; each can be stopped ---- */
  const MB = 1024 * 1024;
  const inMB = (bytes) => Math.max(0.1, bytes / MB).toFixed(1);
  function follow(form, file) {
    const list = $("[data-going]", form);
    const text = make("span");
    const bar = make("progress", { max: 100, value: 0, "aria-label": file.name });
    const stop = make("button", { type: "button", class: "tight quiet" }, words().stop);
    const item = make("li", {}, text, make("span", { class: "row" }, stop), bar);
    text.textContent = file.name;
    list.hidden = false;
    list.append(item);
    let request = null;
    let isStopped = false;
    stop.onclick = () => { isStopped = true; request ? request.abort() : finish(say(words().stopped, { name: file.name })); };
    function finish(message, isProblem = false) {
      item.remove();
      list.hidden = !list.children.length;
      tell(message, { isProblem });
    }
    return { finish, isStopped: () => isStopped, begin: (started) => (request = started),
      progress: (event) => {
        bar.value = (100 * event.loaded) / event.total;
        text.textContent = event.loaded < event.total ? say(words().going, { name: file.name, sent: inMB(event.loaded), total: inMB(event.total) }) : say(words().storing, { name: file.name });
      } };
  }
  async function attach(form, file, seen) {
    if (seen.isStopped()) return;
    const body = new FormData(form);
    const name = $("input[type=file]", form).name;
    body.delete(name);
    body.append(name, file);
    const answer = await send(form, body, { onProgress: seen.progress, onStart: seen.begin });
    if (answer.isDone) freshenFiles(answer.page);
    if (answer.isDone && !answer.trouble) return seen.finish(say(words().attached, { name: file.name }));
    if (answer.isStopped) return seen.finish(say(words().stopped, { name: file.name }));
    if (answer.isEnded) return seen.finish("");
    seen.finish(answer.isOffline ? words().offline : answer.trouble || say(words().notAttached, { name: file.name }), true);
  }
  function attachAll(form, files) {
    const limit = Number(form.dataset.limitMb) * MB;
    for (const file of files) {
      if (limit && file.size > limit) { tell(say(words().tooLarge, { name: file.name, limit: form.dataset.limitMb }), { isProblem: true }); continue; }
      const seen = follow(form, file);
      inLine(() => attach(form, file, seen));
    }
  }
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let dropTarget = null; // {area, take}: where files go that are dropped anywhere on the page
  document.addEventListener("dragover", (event) => { if (dropTarget && carriesFiles(event)) event.preventDefault(), dropTarget.area.classList.add("over"); });
  document.addEventListener("dragleave", (event) => event.relatedTarget || dropTarget?.area.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!dropTarget || !carriesFiles(event)) return;
    event.preventDefault();
    dropTarget.area.classList.remove("over");
    dropTarget.take([...event.dataTransfer.files]);
  });
  function chooser(input) {
    input.classList.add("unseen");
    input.after(make("label", { class: "button", for: input.id }, input.dataset.choose));
  }
  function enhanceUpload(form) {
    const input = $("input[type=file]", form);
    $("button:not([type=button])", form)?.setAttribute("hidden", "");
    chooser(input);
    input.addEventListener("change", () => { attachAll(form, [...input.files]); input.value = ""; });
    dropTarget = { area: form, take: (files) => attachAll(form, files) };
  }
  $$("form[data-upload]").forEach(enhanceUpload);

  /* ---- drafts save themselves: five seconds after the last key, and not more often than every fifteen.
     A new letter is kept as soon as it has a subject; the page then is that draft's page. ---- */
  const PAUSE = 5000, APART = 15000;
  function become(form, answer) {
    const [fresh, place] = [$("form#" + form.getAttribute("id"), answer.page), new URL(answer.url).pathname];
    if (!fresh || fresh.getAttribute("action") === form.getAttribute("action")) return;
    form.setAttribute("action", fresh.getAttribute("action"));
    form.removeAttribute("enctype");
    forgetAs(form, fresh);
    form.dataset.autosave = fresh.dataset.autosave;
    ["version", "_once", "csrf_token"].forEach((name) => {
      const from = fresh.elements[name];
      if (form.elements[name]) form.elements[name].value = from.value;
      else form.append(make("input", { type: "hidden", name, value: from.value }));
    });
    history.replaceState(null, "", place);
    document.title = answer.page.title;
    const [head, freshHead] = [$("main .head"), $("main .head", answer.page)];
    if (head && freshHead) head.replaceWith(document.importNode(freshHead, true));
    const files = $("section#files", answer.page);
    if (!files) return;
    const section = document.importNode(files, true);
    const first = $("[data-first-files]", form);
    const held = first ? [...$("input[type=file]", first).files] : [];
    first?.closest(".field").remove();
    form.after(section);
    enhanceUpload($("form[data-upload]", section));
    if (held.length) attachAll($("form[data-upload]", section), held);
  }
  function forgetAs(form, fresh) {
    window.eoffice.forget(form);
    form.dataset.keep = fresh.dataset.keep;
  }
  const subjectOf = (form) => form.elements.subject?.value.trim();
  $$("form[data-autosave]").forEach((form) => {
    const note = $("[data-saved-note]") || form.parentNode.insertBefore(make("p", { class: "small soft saved-note", "data-saved-note": "", "aria-live": "polite" }), form);
    let timer = 0;
    let savedAt = 0;
    let isLeaving = false;
    let wasOffline = false; // the lost answer may have been a success with an older text: save once more
    async function save() {
      if (isLeaving || form.dataset.busy || form.dataset.stale || ($("[data-first-files]", form) && !subjectOf(form))) return;
      note.textContent = words().saving;
      const body = new FormData(form);
      const then = stateOf(form);
      body.set("_do", "autosave");
      body.delete("files");
      savedAt = Date.now();
      const answer = await send(form, body, { url: form.dataset.autosave });
      if (answer.isDone) become(form, answer), settled(form, then);
      else keep(form);
      if (answer.status === 409) form.dataset.stale = "1";
      if (answer.isOffline) timer = setTimeout(() => inLine(save), APART);
      const now = new Date();
      const time = `${String(now.getHours()).padStart(2, "0")}.${String(now.getMinutes()).padStart(2, "0")}`;
      note.textContent = answer.isDone ? say(words().savedAt, { time }) : answer.isEnded ? "" : answer.trouble || words().notSaved;
      if (answer.isDone && (wasOffline || changes(form))) later();
      wasOffline = Boolean(answer.isOffline);
    }
    function later() {
      clearTimeout(timer);
      timer = setTimeout(() => inLine(save), Math.max(PAUSE, savedAt + APART - Date.now()));
    }
    form.addEventListener("input", (event) => { if (event.target === form || (event.target.name && event.target.type !== "search" && event.target.type !== "file")) later(); });
    form.addEventListener("change", (event) => { if (["checkbox", "radio", "select-one"].includes(event.target.type)) later(); });
    if (changes(form)) later();
    form.addEventListener("submit", (event) => {
      if (waiting && !event.defaultPrevented) {
        event.preventDefault();
        const button = event.submitter;
        tell(words().afterFiles);
        line.finally(() => form.requestSubmit(button));
        return;
      }
      isLeaving = !event.defaultPrevented;
      clearTimeout(timer);
    });

    /* Files of a letter that is not kept yet: with a subject it is kept at once and they are attached
       one by one; until then they wait in the field and go with the form as without this script. */
    const first = $("[data-first-files]", form);
    if (!first) return;
    const input = $("input[type=file]", first);
    chooser(input);
    const showHeld = () => {
      const list = $("[data-going]", first);
      list.replaceChildren(...[...input.files].map((file, index) => {
        const out = make("button", { type: "button", class: "tight quiet" }, words().takeOut, make("span", { class: "unseen" }, ` ${file.name}`));
        out.onclick = () => hold([...input.files].filter((_, other) => other !== index));
        return make("li", {}, make("span", {}, `${file.name} ${inMB(file.size)} MB`), make("span", { class: "row" }, out));
      }));
      list.hidden = !input.files.length;
    };
    let before = [];
    const hold = (files) => {
      before = files;
      const all = new DataTransfer();
      files.forEach((file) => all.items.add(file));
      input.files = all.files;
      showHeld();
      if (!files.length) return;
      if (subjectOf(form)) inLine(save);
      else tell(words().firstSubject);
    };
    const once = (files) => files.filter((file, at) => files.findIndex((other) => other.name === file.name && other.size === file.size) === at);
    input.addEventListener("change", () => hold(once([...before, ...input.files])));
    form.addEventListener("change", (event) => { if (event.target === form.elements.subject && input.isConnected && input.files.length && subjectOf(form)) inLine(save); });
    dropTarget = { area: first, take: (files) => hold(once([...before, ...files])) };
  });

  /* ---- frequent subjects fill the field without leaving the page ---- */
  $$("button[data-fill]").forEach((button) => button.addEventListener("click", (event) => {
    const field = button.form?.elements[button.dataset.fill];
    if (!field) return;
    event.preventDefault();
    field.value = button.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
    button.closest("details").open = false;
  }));

  /* ---- dates: shown at once as they were understood ---- */
  $$("input[data-understand]").forEach((field) => {
    const shown = document.getElementById(`${field.id}-u`);
    let timer = 0;
    async function ask() {
      const text = field.value.trim();
      if (!text) return (shown.textContent = "");
      try {
        const answer = await fetch(`${field.dataset.understand}?text=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" }, cache: "no-store" });
        const told = await answer.json();
        if (field.value.trim() === text) shown.textContent = told.understood || told.error || "";
      } catch { shown.textContent = ""; }
    }
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 350); });
    if (field.value) ask();
  });

  /* ---- recipients: groups by a tap, names by typing; the count is that of offices, each once ---- */
  const MOST = 12;
  const fold = (text) => text.toLowerCase().replace(/[\u0e50-\u0e59]/g, (digit) => digit.charCodeAt(0) - 0x0e50).replace(/[\u0e47-\u0e4e\s.]/g, "");
  $$("[data-recipients]").forEach((field) => {
    const name = field.dataset.recipients;
    const groups = $$(`input[name="${name}_groups"]`, field);
    const offices = $$(`input[name="${name}_offices"]`, field).map((box) => {
      const text = $("span", box.parentNode).textContent;
      return { box, text, folded: fold(text), note: $(".soft", box.parentNode)?.textContent || "", channel: $(`[data-channel-of="${box.value}"]`, field), groups: (box.dataset.in || "").split(" ") };
    });
    const list = make("ul", { class: "options", id: `${name}-options`, role: "listbox", "aria-label": $("legend", field).firstChild.textContent.trim(), hidden: "" });
    const input = make("input", { id: `${name}-combo`, role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list", "aria-describedby": `${name}-h`, "aria-label": list.getAttribute("aria-label"), placeholder: $(".find input", field).placeholder });
    const picked = make("ul", { class: "picked" });
    const channels = make("div", { class: "channels" }, ...$$("[data-channel-of]", field));
    $("[data-names]", field).before(picked, make("div", { class: "combo" }, input, list), channels);
    $(".find", field).hidden = true;
    let shown = [];
    let at = -1;

    const viaGroup = (office) => groups.find((group) => group.checked && office.groups.includes(group.value));
    function count() {
      const known = offices.filter((office) => office.box.checked || viaGroup(office)).length;
      const unknown = groups.filter((group) => group.checked && !offices.some((office) => office.groups.includes(group.value)));
      return known + unknown.reduce((sum, group) => sum + Number(group.dataset.size || 0), 0);
    }
    const chip = (text, box) => {
      const out = make("button", { type: "button" }, words().takeOut, make("span", { class: "unseen" }, ` ${text}`));
      out.onclick = () => { box.checked = false; box.dispatchEvent(new Event("change", { bubbles: true })); box.dispatchEvent(new Event("input", { bubbles: true })); input.focus(); };
      return make("li", {}, text, out);
    };
    function show() {
      const n = count();
      const text = say(words().places, { n });
      const label = input.getAttribute("aria-label");
      const inside = $("[data-chosen-count]", field);
      if (inside) inside.replaceChildren(make("b", {}, `${label} ${text}`));
      $$(`[data-count-of="${name}"]`).forEach((node) => (node.textContent = `${node.dataset.label} ${text}`));
      groups.forEach((group) => group.parentNode.classList.toggle("chosen", group.checked));
      offices.forEach((office) => { if (office.channel) office.channel.hidden = !(office.box.checked || viaGroup(office)); });
      picked.replaceChildren(...groups.filter((group) => group.checked).map((group) => chip(`${group.dataset.label} · ${say(words().places, { n: group.dataset.size })}`, group)),
        ...offices.filter((office) => office.box.checked).map((office) => chip(office.text, office.box)));
    }
    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(next) {
      at = next;
      [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
      const option = list.children[at];
      if (option) input.setAttribute("aria-activedescendant", option.id), option.scrollIntoView({ block: "nearest" });
    }
    function choose(office) {
      if (!office || office.box.checked || viaGroup(office)) return;
      office.box.checked = true;
      office.box.dispatchEvent(new Event("input", { bubbles: true }));
      input.value = "";
      close();
      show();
    }
    function seek() {
      const wanted = fold(input.value);
      if (!wanted) return close();
      shown = offices.filter((office) => office.folded.includes(wanted));
      shown.sort((a, b) => a.folded.endsWith(wanted) ? (b.folded.endsWith(wanted) ? 0 : -1) : b.folded.endsWith(wanted) ? 1 : 0);
      shown = shown.slice(0, MOST);
      list.replaceChildren(...shown.map((office, index) => {
        const group = viaGroup(office);
        const isChosen = office.box.checked || group;
        const note = isChosen ? `${words().already}${group ? ` · ${group.dataset.label}` : ""}` : office.note;
        const option = make("li", { role: "option", id: `${name}-o${index}`, "aria-selected": "false", ...(isChosen ? { "aria-disabled": "true" } : {}) }, make("span", {}, office.text), make("span", { class: "soft" }, note));
        option.onmousedown = (event) => { event.preventDefault(); choose(office); };
        return option;
      }));
      if (!shown.length) list.append(make("li", { role: "option", "aria-disabled": "true" }, words().noMatch));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(shown.length ? 0 : -1);
    }
    input.addEventListener("input", (event) => { event.stopPropagation(); seek(); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); if (!list.hidden) choose(shown[at]); }
      else if (event.key === "Escape") close();
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) return seek();
        if (shown.length) mark((at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length);
      } else if (event.key === "Backspace" && !input.value) $("li:last-child button", picked)?.click();
    });
    // Leaving the typing field is a change too; drawing anew then would take the button from under the pointer.
    field.addEventListener("change", (event) => event.target.type === "checkbox" && show());
    $$(`[href="#${name}"]`).forEach((link) => link.addEventListener("click", () => setTimeout(() => input.focus())));
    show();
  });
});
