// What the page does besides following links: copy its address, keys, one open filter at a time.
// Everything works without it.
"use strict";

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const views = { s: "/", w: "/waits", m: "/map", l: "/late" };
let before = "";

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const share = event.target.closest("[data-share]");
  if (share && navigator.clipboard) {
    event.preventDefault();
    const said = share.textContent;
    await navigator.clipboard.writeText(share.href);
    share.textContent = share.dataset.done;
    setTimeout(() => { share.textContent = said; }, 2000);
  }
  for (const open of document.querySelectorAll("details.chip[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// A slider says what it stands on; a page prints itself.
document.addEventListener("input", (event) => {
  const output = event.target.matches("[data-shown]") && event.target.form.querySelector("output");
  if (output) output.value = event.target.value;
});
const showPrint = () => { for (const each of document.querySelectorAll("[data-print]")) each.hidden = false; };
document.addEventListener("htmx:afterSettle", showPrint);
showPrint();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    const open = document.querySelector("details.chip[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else {
      document.querySelector("[data-escape]")?.click();
    }
    return;
  }
  if (isTyping(event.target)) return;
  if (before === "g" && views[event.key]) {
    document.querySelector(`.side nav a[href^="${views[event.key]}"]`)?.click();
  } else if (event.key === "t") {
    document.querySelector("#table, table.rows")?.scrollIntoView();
  } else if (event.key === "c") {
    document.querySelector("[data-clock]:not([aria-current])")?.click();
  } else if (event.key === "/") {
    const first = document.querySelector("details.chip > summary");
    if (first) {
      event.preventDefault();
      first.focus();
    }
  }
  before = event.key;
});

// Live figures wait while somebody works in them, or nobody sees them, and are no place to go to.
document.addEventListener("htmx:beforeRequest", (event) => {
  const live = event.detail.elt;
  const isBusy = document.hidden || live.contains(document.activeElement);
  if (live.matches("[data-live]") && isBusy) event.preventDefault();
});
const sayLost = (event) => {
  const said = event.detail.elt.matches("[data-live]") && event.detail.elt.querySelector(".freshness");
  if (!said) return;
  said.className = "freshness still";
  said.textContent = event.detail.elt.dataset.lost;
};
document.addEventListener("htmx:sendError", sayLost);
document.addEventListener("htmx:responseError", sayLost);

// What was focused before figures changed is so again: a keyboard loses no place.
document.addEventListener("htmx:beforeSwap", () => {
  const active = document.activeElement;
  window.focusedBefore = active?.getAttribute("aria-label") ?? null;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches("[data-live]")) return;
  const label = window.focusedBefore;
  const same = label && document.querySelector(`[aria-label="${CSS.escape(label)}"]`);
  (same ?? document.getElementById("main"))?.focus({ preventScroll: true });
});

// A file goes where it could have been pasted.
const showFiles = () => { for (const each of document.querySelectorAll("[data-file]")) each.hidden = false; };
document.addEventListener("htmx:afterSettle", showFiles);
showFiles();
document.addEventListener("change", async (event) => {
  const into = event.target.dataset.fills && document.getElementById(event.target.dataset.fills);
  if (into && event.target.files[0]) into.value = await event.target.files[0].text();
});

// Pictures that need more script bring it along, on the views that have them.
const pictures = async () => {
  for (const figure of document.querySelectorAll("[data-module]:not([data-shown])")) {
    figure.dataset.shown = "";
    const { show } = await import(figure.dataset.module);
    await show(figure);
  }
};
document.addEventListener("DOMContentLoaded", pictures);
document.addEventListener("htmx:afterSettle", pictures);
document.addEventListener("input", (event) => {
  const slider = event.target.closest("[data-sliders] [type=range]");
  if (slider) slider.parentElement.querySelector("output").textContent = `${slider.value}%`;
});
document.addEventListener("change", (event) => event.target.closest("[data-sliders]")?.requestSubmit());
