// The inbox, live. Without this file every form works, and loading the page again shows what is new.
"use strict";

const page = document.body;
const SAVE_AFTER_MS = 2000; // of a text that goes on being typed
const COUNT_AFTER_MS = 400; // of a pause in typing

// ---- Live: the stream says that something changed, the page fetches its live parts again ----

const known = new Set(Array.from(document.querySelectorAll("[data-item]"), (item) => item.id));
let fetching = false;
let again = false;

function showLive(isLive) {
  page.classList.toggle("is-live", isLive);
  const sign = document.getElementById("live");
  if (sign) sign.textContent = isLive ? sign.dataset.on : sign.dataset.off;
}

function isAtEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 60;
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html"); // scripts of it never run
}

function putTimeline(fresh) {
  const list = document.getElementById("timeline");
  const stays = isAtEnd(list);
  let last = null;
  for (const item of fresh.querySelectorAll("[data-item]")) {
    const old = document.getElementById(item.id);
    if (old) { // only what changed is replaced: its words were announced when they came
      const [was, is] = [old.querySelector(".meta"), item.querySelector(".meta")];
      if (was && is && was.innerHTML !== is.innerHTML) was.replaceChildren(...is.childNodes);
      last = old;
    } else {
      if (last) last.after(item); else list.prepend(item);
      item.classList.add("is-new");
      known.add(item.id);
      last = item;
    }
  }
  if (stays) list.scrollTop = list.scrollHeight;
}

function putPart(part) {
  const old = document.getElementById(part.id);
  if (!old || old.innerHTML === part.innerHTML) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(part);
  if (focused) document.getElementById(focused)?.focus();
}

async function fetchParts() {
  if (fetching) { again = true; return; }
  fetching = true;
  try {
    const answer = await fetch(page.dataset.parts, { headers: { Accept: "text/html", "Puente-Refresh": "1" }, redirect: "error" });
    if (answer.ok) {
      const fresh = parse(await answer.text());
      for (const part of fresh.querySelectorAll("[data-live]")) putPart(part);
      if (fresh.getElementById("timeline")) putTimeline(fresh.getElementById("timeline"));
    } else if ([401, 403, 404].includes(answer.status)) {
      location.reload();
    }
  } catch {
    again = false; // the stream comes back, and with it the next change
  } finally {
    fetching = false;
    if (again) { again = false; fetchParts(); }
  }
}

function listen() {
  let since = page.dataset.mark;
  const stream = new EventSource(`${page.dataset.live}${page.dataset.live.includes("?") ? "&" : "?"}since=${since}`);
  stream.addEventListener("open", () => showLive(true));
  stream.addEventListener("error", () => {
    showLive(false);
    // A browser gives up for good when a server that is starting answers with an error: then we knock ourselves.
    if (stream.readyState === EventSource.CLOSED) {
      page.dataset.mark = since;
      setTimeout(listen, 2000);
    }
  });
  stream.addEventListener("changed", (event) => { since = event.lastEventId; fetchParts(); });
}

// ---- Writing: counted while it is typed, kept as a draft, never sent twice ----

const form = document.getElementById("composer");
const box = document.getElementById("body");
let saved = box ? box.value : "";
let timer = 0;
let typingSince = 0;

function showCount(count) {
  const line = document.getElementById("count");
  if (line) line.textContent = count;
}

function draftOf(text) { // with the form's key: a draft that arrives after its text was sent is not kept again
  return new URLSearchParams({ csrf: form.elements.csrf.value, form_key: form.elements.form_key.value, body: text });
}

async function saveDraft() {
  clearTimeout(timer);
  typingSince = 0;
  const text = box.value;
  if (text === saved) return;
  const values = draftOf(text);
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: values, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    saved = text;
    document.getElementById("lost").hidden = true;
    showCount(parse(await answer.text()).body.textContent.trim());
  } catch {
    document.getElementById("lost").hidden = false; // the text stays in its field; it is tried again
    timer = setTimeout(saveDraft, SAVE_AFTER_MS);
  }
  if (box.value !== text) typed();
}

function typed() {
  const now = Date.now();
  typingSince ||= now;
  clearTimeout(timer);
  timer = setTimeout(saveDraft, Math.max(0, Math.min(COUNT_AFTER_MS, typingSince + SAVE_AFTER_MS - now)));
}

function keepOnLeaving() {
  if (form.dataset.sent || box.value === saved) return;
  navigator.sendBeacon(form.dataset.draft, draftOf(box.value));
}

function insertText(text) {
  const [from, to] = [box.selectionStart, box.selectionEnd];
  const glue = from > 0 && !/\s$/.test(box.value.slice(0, from)) ? "\n" : "";
  box.setRangeText(glue + text, from, to, "end");
  box.focus();
  typed();
}

function joinComposer() {
  box.addEventListener("input", typed);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(document.getElementById("send"));
    }
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-text]");
    if (!button) return;
    event.preventDefault();
    document.getElementById("inserted").value = button.value.slice("insert:".length);
    insertText(button.dataset.text);
  });
  window.addEventListener("pagehide", keepOnLeaving);
}

function submitOnce(event) {
  const sent = event.target;
  if (sent.method !== "post") return;
  if (sent.dataset.sent) { event.preventDefault(); return; }
  sent.dataset.sent = "1";
  for (const button of sent.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  setTimeout(() => { // the answer did not come: it may be tried again, and the form's own key makes that harmless
    delete sent.dataset.sent;
    for (const button of sent.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }, 8000);
}

// A page that comes back from the browser's memory has buttons that were pressed long ago.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
document.addEventListener("submit", submitOnce);
if (form && box) joinComposer();
const timeline = document.getElementById("timeline");
if (timeline) timeline.scrollTop = timeline.scrollHeight;
document.getElementById("said")?.focus();
if (page.dataset.live && "EventSource" in window) listen();
