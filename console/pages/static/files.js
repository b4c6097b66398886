// Files of a case: why one cannot be shown, and recording a voice note. Without this file the plain forms work.
"use strict";

const RATE = 16000; // samples a second of a voice note: speech, and half a minute is one megabyte
const LONGEST_S = 120;
const BYTES_A_SAMPLE = 2;

// ---- A file that cannot be shown: the server says why in words ----

async function sayWhy(event) {
  const place = event.target.closest?.("[data-file]");
  if (!place || place.querySelector(".error")) return;
  const line = document.createElement("p");
  line.className = "error small";
  line.setAttribute("role", "status");
  place.append(line);
  try {
    const answer = await fetch(place.dataset.file, { headers: { Accept: "text/html" } });
    const html = answer.ok ? "" : await answer.text();
    const said = new DOMParser().parseFromString(html, "text/html").getElementById("file-problem");
    line.textContent = said ? said.textContent : place.dataset.unplayable;
  } catch {
    line.textContent = place.dataset.unplayable;
  }
}

document.addEventListener("error", sayWhy, true); // errors of media do not bubble

// ---- A file that is too large is not even sent ----

const fileForm = document.getElementById("sendfile");

function checkSize(event) {
  const chosen = event.target.files[0];
  const isLarge = Boolean(chosen) && chosen.size > Number(fileForm.dataset.most);
  document.getElementById("file-state").textContent = isLarge ? fileForm.dataset.large : "";
  event.target.setCustomValidity(isLarge ? fileForm.dataset.large : "");
}

// ---- A voice note: record, listen, send or delete ----

const recorder = document.getElementById("recorder");
let take = null; // what is being recorded: its stream, context and samples
let note = null; // what was recorded, as a WAV

function say(state) {
  document.getElementById("record-state").textContent = recorder.dataset[state];
}

function show(...ids) {
  for (const id of ["record", "record-stop", "record-send", "record-delete", "record-listen"]) {
    document.getElementById(id).hidden = !ids.includes(id);
  }
  document.getElementById(ids[0]).focus();
}

async function begin() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    const context = new AudioContext();
    await context.audioWorklet.addModule(recorder.dataset.worklet);
    const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
    take = { stream, context, pieces: [], length: 0 };
    node.port.onmessage = ({ data }) => keep(data);
    context.createMediaStreamSource(stream).connect(node);
  } catch {
    say("refused");
    return;
  }
  say("on");
  show("record-stop");
}

function keep(samples) {
  if (!take) return;
  take.pieces.push(samples);
  take.length += samples.length;
  const seconds = Math.floor(take.length / take.context.sampleRate);
  document.getElementById("record-time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds >= LONGEST_S) end();
}

async function end() {
  if (!take) return;
  const done = take;
  take = null;
  for (const track of done.stream.getTracks()) track.stop(); // the browser's sign of recording goes out
  await done.context.close();
  if (!done.length) { forget(); return; }
  note = toWav(await resample(done));
  const listen = document.getElementById("record-listen");
  if (listen.src) URL.revokeObjectURL(listen.src);
  listen.src = URL.createObjectURL(note);
  say("done");
  show("record-send", "record-delete", "record-listen");
}

async function resample({ pieces, length, context }) {
  const sound = new AudioBuffer({ length, numberOfChannels: 1, sampleRate: context.sampleRate });
  let at = 0;
  for (const piece of pieces) { sound.copyToChannel(piece, 0, at); at += piece.length; }
  const frames = Math.min(Math.ceil(length * RATE / context.sampleRate), LONGEST_S * RATE);
  const offline = new OfflineAudioContext(1, frames, RATE);
  const source = new AudioBufferSourceNode(offline, { buffer: sound });
  source.connect(offline.destination);
  source.start();
  return (await offline.startRendering()).getChannelData(0);
}

function toWav(samples) {
  const bytes = samples.length * BYTES_A_SAMPLE;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const write = (at, text) => { for (let i = 0; i < text.length; i += 1) view.setUint8(at + i, text.charCodeAt(i)); };
  write(0, "RIFF"); view.setUint32(4, 36 + bytes, true); write(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, RATE * BYTES_A_SAMPLE, true);
  view.setUint16(32, BYTES_A_SAMPLE, true); view.setUint16(34, 16, true);
  write(36, "data"); view.setUint32(40, bytes, true);
  samples.forEach((sample, i) => view.setInt16(44 + i * BYTES_A_SAMPLE, Math.max(-1, Math.min(1, sample)) * 0x7fff, true));
  return new Blob([view], { type: "audio/wav" });
}

function forget() {
  note = null;
  document.getElementById("record-time").textContent = "";
  say("gone");
  show("record");
}

async function sendNote() {
  const button = document.getElementById("record-send");
  if (!note || button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  say("sending");
  const form = new FormData();
  for (const name of ["csrf", "form_key", "override"]) {
    if (fileForm.elements[name]) form.set(name, fileForm.elements[name].value);
  }
  form.set("file", note, "voice.wav");
  try { // the form's own key makes a second try harmless
    const answer = await fetch(fileForm.action, { method: "POST", body: form });
    if (!answer.ok) throw new Error(String(answer.status));
    if ((new URL(answer.url).searchParams.get("said") || "").startsWith("send_")) {
      await keepNote(answer, button);
      return;
    }
    location.assign(answer.url);
  } catch {
    button.removeAttribute("aria-disabled");
    say("lost");
  }
}

async function keepNote(answer, button) { // it was refused: another page would lose it
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("record-state").textContent = page.getElementById("said")?.textContent ?? recorder.dataset.lost;
  button.removeAttribute("aria-disabled");
}

if (fileForm) document.getElementById("file").addEventListener("change", checkSize);
if (recorder && navigator.mediaDevices && window.AudioWorkletNode) {
  recorder.hidden = false;
  document.getElementById("record-state").textContent = recorder.dataset.ready;
  document.getElementById("record").addEventListener("click", begin);
  document.getElementById("record-stop").addEventListener("click", end);
  document.getElementById("record-delete").addEventListener("click", forget);
  document.getElementById("record-send").addEventListener("click", sendNote);
}
