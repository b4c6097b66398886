// The phones, live. Without this file every form still works and "Reload" shows what came.
"use strict";

const live = document.getElementById("live");
const reload = document.getElementById("reload");
const problem = document.getElementById("problem");
const MOST = { bubbles: 300, events: 80 }; // as the phones themselves keep, handsets.py

function showLive(isLive) {
  document.body.classList.toggle("is-live", isLive);
  live.textContent = isLive ? "Live" : "Not live";
  reload.hidden = isLive;
}

function showProblem(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content;
}

function station(phone) {
  return document.querySelector(`[data-phone="${phone}"]`);
}

function isAtEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 40;
}

function trim(list, most) {
  while (list.children.length > most) list.firstElementChild.remove();
}

function showBubble({ phone, id, html }) {
  const log = station(phone)?.querySelector(".log");
  if (!log) return;
  const fresh = parse(html).firstElementChild;
  const known = document.getElementById(id);
  const stays = !known || isAtEnd(log);
  if (!known) {
    log.querySelector("ol").append(fresh);
    fresh.querySelectorAll("form[data-live]").forEach(joinForm);
    trim(log.querySelector("ol"), MOST.bubbles);
  } else {
    // Only what changed is replaced: the text itself was announced to screen readers when it came.
    known.className = fresh.className;
    for (const words of known.querySelectorAll(".words, .choices button")) {
      words.lang = fresh.querySelector(".words")?.lang ?? "";
    }
    if (!fresh.querySelector(".choices")) known.querySelector(".choices")?.remove();
    known.querySelector(".meta").replaceChildren(...fresh.querySelector(".meta").childNodes);
  }
  if (stays) log.scrollTop = log.scrollHeight;
}

function showEvent({ phone, id, html }) {
  const list = station(phone)?.querySelector("[data-events]");
  if (!list || document.getElementById(id)) return;
  const box = list.parentElement;
  const stays = isAtEnd(box);
  list.append(parse(html).firstElementChild);
  trim(list, MOST.events);
  if (stays) box.scrollTop = box.scrollHeight;
}

function showStatus({ phone, html, ...now }) {
  const shown = station(phone);
  const fresh = parse(html);
  if (!shown) return;
  const [status, log] = [shown.querySelector(".status"), shown.querySelector(".log")];
  const stays = isAtEnd(log);
  if (status.textContent.trim() !== fresh.textContent.trim()) status.replaceChildren(fresh);
  if (stays) log.scrollTop = log.scrollHeight;
  for (const trouble of ["send", "post"]) { // what has been met often enough is not ordered again by accident
    if (shown.dataset[trouble] === now[trouble]) continue;
    shown.dataset[trouble] = now[trouble];
    shown.querySelector(`.picks select[name=${trouble}]`).value = now[trouble];
  }
}

// Phones have come, gone, or changed hands: the page is fetched anew, and what was half typed is kept.
function startAnew() {
  const typed = [...document.querySelectorAll("textarea")].filter((area) => area.value).map((area) => [area.id, area.value]);
  sessionStorage.setItem("typed", JSON.stringify(typed));
  const active = document.activeElement;
  const phone = active?.closest("[data-phone]");
  const writes = active?.matches("textarea"); // whoever is writing goes on writing
  sessionStorage.setItem("focus", writes ? active.id : phone ? `${phone.id}-menu` : "");
  window.location.reload();
}

function pickUp() {
  for (const [id, text] of JSON.parse(sessionStorage.getItem("typed") || "[]")) {
    const area = document.getElementById(id);
    if (area) area.value = text;
  }
  document.getElementById(sessionStorage.getItem("focus") || "")?.focus();
  sessionStorage.clear();
}

function showSnapshot(phones) {
  const shown = [...document.querySelectorAll("[data-phone]")].map((one) => one.dataset.number).join();
  if (shown !== phones.map((one) => one.number).join()) return startAnew();
  for (const one of phones) {
    one.bubbles.forEach(showBubble);
    one.events.forEach(showEvent);
    showStatus(one);
  }
  return showLive(true);
}

async function post(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body });
  if (answer.ok) return "";
  return (await answer.json()).problem;
}

function joinForm(form) {
  form.addEventListener("submit", async (event) => {
    if (!document.body.classList.contains("is-live")) return; // the plain way: post, then a new page
    event.preventDefault();
    const area = form.querySelector("textarea");
    const typed = area?.value;
    const posted = post(form, event.submitter);
    if (area) area.value = "";
    form.closest("details.more")?.removeAttribute("open");
    try {
      const words = await posted;
      showProblem(words);
      if (!words && form.closest(".more")) form.reset();
      if (words && area && !area.value) area.value = typed;
    } catch {
      if (area && !area.value) area.value = typed;
      showLive(false);
    }
  });
}

function joinArea(area) {
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    area.form.requestSubmit();
  });
}

function joinExample(chip) {
  chip.addEventListener("click", (event) => {
    event.preventDefault();
    const area = chip.closest("[data-phone]").querySelector("textarea");
    if (area.disabled) return;
    area.value = chip.dataset.fill;
    area.focus();
  });
}

// Menus close like menus do: with Escape, and when something else is clicked.
function closeMenus(inside) {
  for (const menu of document.querySelectorAll("details.all[open], details.menu[open], details.more[open]")) {
    if (menu.contains(inside)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

function listen() {
  const events = new EventSource("/phones/events");
  const hear = (name, show) => events.addEventListener(name, (event) => show(JSON.parse(event.data)));
  hear("snapshot", showSnapshot);
  hear("bubble", showBubble);
  hear("event", showEvent);
  hear("status", showStatus);
  hear("phones", startAnew);
  events.onerror = () => showLive(false);
}

document.querySelectorAll("form[data-live]").forEach(joinForm);
document.querySelectorAll(".compose textarea").forEach(joinArea);
document.querySelectorAll("[data-fill]").forEach(joinExample);
document.querySelectorAll(".log").forEach((log) => { log.scrollTop = log.scrollHeight; });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });
document.addEventListener("click", (event) => closeMenus(event.target));
pickUp();
listen();
