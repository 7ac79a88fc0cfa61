// Conflicts of coders, one after the other: both codings beside the words, one key to take each.

import { label, listen } from "./keys.js";
import { Outbox, newId } from "./outbox.js";
import { Source, actsOn } from "./source.js";

const $ = (id) => document.getElementById(id);
const { name, views } = $("desk").dataset;
const at = (path) => `${path}/${name.split("/").map(encodeURIComponent).join("/")}`;
const head = () => document.querySelector(".conflict-head")?.dataset;
const CLOCK = new Intl.DateTimeFormat([], { timeStyle: "medium" });
const get = async (url) => {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error ?? "No answer.");
  return response.json();
};

function say(words, tone = "") {
  $("saved").className = `saved ${tone}`;
  $("saved").textContent = words;
}

const source = new Source({
  at, get, say,
  views: views.split(" "),
  seen: () => {},
  pick: () => {},
  choose: (span) => span && source.forget(),
});
const outbox = new Outbox((waiting, now, why) => {
  $("unsaved").hidden = !waiting;
  $("unsaved-again").onclick = now;
  $("unsaved-count").textContent = `${waiting} ${waiting === 1 ? "act waits" : "acts wait"} ${why}.`;
});

// Light the words of the conflict, and mark those that a coder took, where they took others.
function light() {
  if (head()) source.light(head().record, head().field);
}

function markSide(side) {
  const boxes = JSON.parse(side.dataset.boxes);
  const spans = JSON.parse(side.dataset.spans);
  if (spans.length) source.mark({ spans, boxes });
}

function show({ html, lights }) {
  source.update(lights);
  $("conflict").innerHTML = html;
  label($("conflict"));
  $("conflict").scrollTop = 0;
  $("conflict").focus({ preventScroll: true });
  light();
}

async function go(record, field) {
  const query = new URLSearchParams({ record: record ?? "", field: field ?? "", format: "json" });
  await get(`${at("/adjudicate")}?${query}`).then(show, (error) => say(error.message, "bad"));
}

let sending = false;

async function send(path, body) {
  if (sending) return null;
  sending = true;
  say("Saving…");
  const reply = await outbox.send(at(path), { action: newId(), ...body });
  sending = false;
  return reply;
}

async function take(number) {
  const button = document.querySelectorAll(".side button")[number];
  if (!button) return;
  const { record, field, base } = head();
  const reply = await send("/adjudicate", { record, field, base, coder: button.dataset.coder });
  if (!reply) return;
  const { status, answer } = reply;
  if (answer.html) show(answer);
  if (status === 200) say(`${answer.said} · saved ${CLOCK.format(new Date(answer.when))}`, "good");
  else say(answer.error ?? "This was not saved.", "bad");
}

async function undo() {
  const reply = await send("/undo", { redo: false });
  if (!reply) return;
  const { status, answer } = reply;
  if (status !== 200) say(answer.error ?? "Nothing was taken back.", "warning");
  else {
    await go(answer.record, answer.field);
    say(`${answer.said} · saved ${CLOCK.format(new Date(answer.when))}`, "good");
  }
}

const DO = {
  // The keys of the taxonomies: here they choose among coders.
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((one) => [`tag-${one}`, () => take(one - 1)])),
  edit: () => head() && location.assign(head().review),
  undo,
  "next-record": () => (head()?.after ? go(head().after, head().afterField) : say("This is the last conflict.")),
  "previous-record": () => (head()?.before ? go(head().before, head().beforeField) : say("This is the first conflict.")),
  queue: () => location.assign("/coding"),
  ...actsOn(source),
};

label();
listen((act) => DO[act]?.(), () => true);
for (const kind of ["focusin", "pointerover"]) {
  $("conflict").addEventListener(kind, (event) => {
    const side = event.target.closest(".side");
    if (side && !side.contains(event.relatedTarget)) markSide(side);
  });
}
await source.ready;
light();
document.body.dataset.ready = "";
