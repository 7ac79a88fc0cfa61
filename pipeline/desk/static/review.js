// The review view: ties the source, the record, the keys and the acts together.

import * as drafts from "./drafts.js";
import * as sheets from "./sheet.js";
import { Acts } from "./acts.js";
import { Editing } from "./editing.js";
import { label, listen } from "./keys.js";
import { RecordPane } from "./record.js";
import * as settings from "./settings.js";
import { Source, actsOn } from "./source.js";

const $ = (id) => document.getElementById(id);
const desk = $("desk");
const name = desk.dataset.name;
const at = (path) => `${path}/${name.split("/").map(encodeURIComponent).join("/")}`;
const get = async (url) => {
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error ?? "No answer.");
  return response.json();
};

// Say what happened: seen quietly, and read out.
function say(words, tone = "") {
  $("saved").className = `saved ${tone}`;
  $("saved").textContent = words;
}

const pane = new RecordPane($("record"), $("about"), {
  field: (field) => source.light(pane.id, field),
  look: (field) => source.sees(pane.id, field),
});
const source = new Source({
  at, get, say,
  views: desk.dataset.views.split(" "),
  seen: () => pane.look(),
  pick: ({ id, field }) => (id === pane.id ? pane.focus(field) : go(id, field)),
  // Words chosen in the source go into the text being written, or offer to be a record.
  choose: (span) => {
    if (!span || !drafts.takesWords()) return;
    drafts.take(span);
    source.forget();
  },
});

// --- moving ---------------------------------------------------------------------------------------

// With `onward` the queue goes on from there: else from where it was left. What was said of the
// record before goes with it, unless it is `kept`.
async function go(id, field, { push = true, onward = false, kept = false } = {}) {
  try {
    const found = await get(`${at("/record")}?record=${encodeURIComponent(id)}`);
    if (!kept) say("");
    show(found, field);
  } catch (error) {
    say(error.message, "bad");
    return;
  }
  const address = new URL(location.href);
  address.searchParams.set("record", pane.id);
  if (onward) address.searchParams.delete("at");
  if (push) history.pushState({}, "", address);
}

function show({ html, lights }, field) {
  if (!html) return;
  $("missing")?.remove();
  sheets.close();
  source.update(lights);
  pane.show(html, field);
}

// The queue that this page was opened from, as its address says; without one, this document as it
// is printed.
function queue() {
  const filters = new URL(location.href).searchParams;
  for (const own of ["record", "field"]) filters.delete(own);
  return `${filters}` || `${new URLSearchParams({ document: name, sort: "place" })}`;
}

async function next({ kept = false } = {}) {
  const after = new URLSearchParams({ after: `${name}#${pane.id}` });
  const { url, document: where, record } = await get(`/next?${queue()}&${after}`);
  if (where !== name) {
    location.assign(url); // another document, or the queue when nothing waits
    return;
  }
  history.pushState({}, "", url);
  await go(record, undefined, { push: false, kept });
}

addEventListener("popstate", () => {
  const asked = new URL(location.href).searchParams.get("record");
  if (asked) go(asked, undefined, { push: false });
});

const acts = new Acts({ name, at, pane, say, show, go, next, source, banner: $("unsaved") });
const editing = new Editing({ name, at, get, pane, acts, source, say });

// --- every act by its name ------------------------------------------------------------------------

const step = (by) => () => pane.step(by);
const tagged = (number) => () => {
  const row = pane.rows.filter((one) => one.dataset.kind === "codes")[number];
  if (row) editing.tags([row.dataset.field]);
};
const DO = {
  "accept-record": () => acts.acceptRecord(settings.sureFrom()),
  "reject-record": () => acts.send({ act: "reject" }, { onward: true }),
  "reset-record": () => acts.send({ act: "reset" }),
  split: () => editing.split(),
  merge: () => editing.target("merge", "Merge it into"),
  duplicate: () => editing.target("duplicate", "It is a duplicate of", true),
  "note-record": () => editing.note("record"),
  add: () => editing.add(),
  "next-record": () => next().catch((error) => say(error.message, "bad")),
  "previous-record": () => {
    const { before } = pane.head?.dataset ?? {};
    if (before) go(before);
    else say("This is the first record of the document.");
  },
  "next-field": step(1),
  "previous-field": step(-1),
  queue: () => location.assign(`/?${queue()}`),
  accept: () => acts.onField({ act: "accept" }, { down: true }),
  edit: () => editing.field(),
  reject: () => acts.onField({ act: "reject" }),
  reset: () => acts.onField({ act: "reset" }),
  note: () => editing.note(pane.field),
  history: () => editing.history(pane.field),
  "history-record": () => editing.history(""),
  keep: () => acts.keepOrTake("accept"),
  take: () => acts.keepOrTake("take"),
  tag: () => editing.tags(),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((one) => [`tag-${one}`, tagged(one - 1)])),
  indent: () => editing.indent(),
  outdent: () => editing.outdent(),
  move: () => editing.move(),
  undo: () => acts.back(false),
  redo: () => acts.back(true),
  ...actsOn(source),
  settings: () => settings.open(),
};

label();
listen(
  (act) => DO[act]?.(),
  () => !sheets.isOpen() && !settings.isOpen(),
);
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    go(link.dataset.go);
  }
  const old = event.target.closest("[data-old]");
  if (old) editing.asItWas(old.dataset.old);
});
await source.ready;
if (pane.id) pane.focus(pane.row(desk.dataset.asked)?.dataset.field ?? pane.first().dataset.field);
pane.look();
document.body.dataset.ready = "";
