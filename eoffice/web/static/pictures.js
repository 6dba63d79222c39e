/* Pictures of pages are made when they are first asked for: one that is not there yet (202) is asked
   for again until it is, for a minute at most; one that cannot be made is not asked for again.
   In lists the first page of a letter is shown beside its row when the pointer rests on its files or
   the keyboard on it: a thumbnail in every row would be fifty requests. A link that names a picture
   (data-peek: the page of a file in which something was found) shows it likewise. Nothing of this is
   needed to read or act. */
"use strict";
(() => {
  const EVERY_MS = 600;
  const TRIES = 100;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  /* Whether the picture came; `isWanted` says whether it is still waited for. */
  async function fetchInto(image, url, isWanted) {
    for (let tries = 0; tries < TRIES && isWanted(); tries += 1) {
      const answer = await fetch(url, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
      if (answer?.status === 200) {
        const blob = await answer.blob();
        if (!isWanted()) return false;
        image.onload = () => URL.revokeObjectURL(image.src);
        image.src = URL.createObjectURL(blob);
        return true;
      }
      if (answer && answer.status !== 202) return false;
      await pause(EVERY_MS);
    }
    return false;
  }
  async function again(image) {
    if (image.dataset.asked) return;
    image.dataset.asked = "1";
    const came = await fetchInto(image, image.src, () => image.isConnected);
    if (!came) image.classList.add("none");
  }
  document.addEventListener("error", (event) => {
    if (event.target.matches?.("img[data-picture]")) again(event.target);
  }, true);
  document.querySelectorAll("img[data-picture]").forEach((image) => {
    if (image.complete && !image.naturalWidth && image.loading !== "lazy") again(image);
  });

  /* ---- the first page beside a row of a list ---- */
  const RESTS_MS = 450;
  const WITHOUT = new Set();
  let peek = null;
  let timer = 0;
  const rowOf = (node) => node.closest?.("table.list tbody tr");
  const clipOf = (row) => row?.querySelector("td.clip");
  function linkOf(row) {
    const clip = clipOf(row);
    return !row || (clip && !clip.textContent.trim()) ? null : row.querySelector('.subject a[href^="/letters/"]');
  }
  /* The link of a row lies over all of it, so that where the pointer is says which cell is meant. */
  function isOnClip(event) {
    const box = clipOf(rowOf(event.target))?.getBoundingClientRect();
    return Boolean(box) && event.clientX >= box.left && event.clientX <= box.right;
  }
  function hide() {
    clearTimeout(timer);
    peek?.remove();
    peek = null;
  }
  function place(row) {
    const box = row.getBoundingClientRect();
    const high = peek.offsetHeight;
    const below = box.bottom + high + 8 < innerHeight;
    peek.style.top = `${scrollY + (below ? box.bottom + 4 : Math.max(4, box.top - high - 4))}px`;
    const right = (clipOf(row) || row).getBoundingClientRect().right;
    peek.style.left = `${scrollX + Math.max(4, right - peek.offsetWidth)}px`;
  }
  async function show(link) {
    const url = link.dataset.peek || `${new URL(link.href).pathname}/picture`;
    if (WITHOUT.has(url) || !link.isConnected) return;
    hide();
    const mine = document.createElement("div");
    mine.className = "peek no-print";
    mine.setAttribute("aria-hidden", "true"); // the link says what it is; this is only how it looks
    const image = mine.appendChild(Object.assign(document.createElement("img"), { alt: "" }));
    peek = mine;
    const came = await fetchInto(image, url, () => peek === mine);
    if (peek !== mine) return;
    if (!came) { WITHOUT.add(url); return hide(); }
    await image.decode().catch(() => {});
    if (peek !== mine || !link.isConnected) return;
    document.body.append(mine);
    place(link.dataset.peek ? link : link.closest("tr"));
  }
  let over = null;
  function restOn(link) {
    if (link === over) return;
    over = link;
    hide();
    if (link) timer = setTimeout(() => show(link), RESTS_MS);
  }
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || event.target.closest(".peek")) return;
    restOn(isOnClip(event) ? linkOf(rowOf(event.target)) : event.target.closest("a[data-peek]"));
  });
  document.addEventListener("focusin", (event) => {
    const isSubject = event.target.matches(".subject a:focus-visible");
    restOn(isSubject ? linkOf(rowOf(event.target)) : event.target.closest("a[data-peek]:focus-visible"));
  });
  document.addEventListener("scroll", () => peek?.isConnected && hide(), true);
  document.addEventListener("click", hide, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
})();
