/* Pictures of pages are made when they are first asked for: a picture that is not there yet
   (202) is asked for again until it is, for a minute at most. */
"use strict";
(() => {
  const EVERY_MS = 600;
  const TRIES = 100;
  const again = (image) => {
    const tries = Number(image.dataset.tries || 0);
    if (tries >= TRIES || !image.isConnected) return;
    image.dataset.tries = tries + 1;
    setTimeout(() => {
      const url = new URL(image.src);
      url.searchParams.set("try", tries + 1);
      image.src = url.href;
    }, EVERY_MS);
  };
  document.addEventListener("error", (event) => {
    if (event.target.matches?.("img[data-picture]")) again(event.target);
  }, true);
  document.querySelectorAll("img[data-picture]").forEach((image) => {
    if (image.complete && !image.naturalWidth) again(image);
  });
})();
