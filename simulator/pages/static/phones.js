// The phones, live. Without this file every form still works and "Reload" shows what came.
"use strict";

const live = document.getElementById("live");
const reload = document.getElementById("reload");

function showLive(isLive) {
  document.body.classList.toggle("is-live", isLive);
  live.textContent = isLive ? "Live" : "Not live";
  reload.hidden = isLive;
}

function parseBubble(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content.firstElementChild;
}

function showBubble({ phone, id, html }) {
  const log = document.querySelector(`[data-phone="${phone}"] .log`);
  const fresh = parseBubble(html);
  const known = document.getElementById(id);
  if (!known) {
    log.querySelector("ol").append(fresh);
    log.scrollTop = log.scrollHeight;
    return;
  }
  // Only what changed is replaced: the text itself was announced to screen readers when it came.
  known.className = fresh.className;
  known.querySelector(".words").lang = fresh.querySelector(".words").lang;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  known.querySelector(".meta").replaceChildren(...fresh.querySelector(".meta").childNodes);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function showSnapshot(phones) {
  for (const { phone, number, bubbles } of phones) {
    if (document.querySelector(`[data-phone="${phone}"]`).dataset.number !== number) {
      window.location.reload();
      return;
    }
    bubbles.forEach(showBubble);
  }
  showLive(true);
}

async function send(form, text) {
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ text }),
  });
  if (!answer.ok) throw new Error(`The simulator answered ${answer.status}`);
}

function joinForm(form) {
  const input = form.querySelector("input[name=text]");
  form.addEventListener("submit", async (event) => {
    if (!document.body.classList.contains("is-live")) return; // the plain way: post, then a new page
    event.preventDefault();
    const text = input ? input.value : form.querySelector("[name=text]").value;
    if (input) input.value = "";
    try {
      await send(form, text);
    } catch {
      if (input && !input.value) input.value = text;
      showLive(false);
    }
  });
}

function joinExample(chip) {
  chip.addEventListener("click", (event) => {
    event.preventDefault();
    const input = chip.closest(".phone").querySelector("input[name=text]");
    input.value = chip.dataset.fill;
    input.focus();
  });
}

function listen() {
  const events = new EventSource("/phones/events");
  events.addEventListener("snapshot", (event) => showSnapshot(JSON.parse(event.data)));
  events.addEventListener("bubble", (event) => showBubble(JSON.parse(event.data)));
  events.addEventListener("person", () => window.location.reload());
  events.addEventListener("error", () => showLive(false));
}

document.querySelectorAll("form[data-send]").forEach(joinForm);
document.querySelectorAll("[data-fill]").forEach(joinExample);
document.querySelectorAll(".log").forEach((log) => { log.scrollTop = log.scrollHeight; });
listen();
