// The tour: it rings a real button or field, says one sentence, and waits until the curator has
// done it with the real key. What was decided in it is taken back at its end.

import { keyOf, shown } from "./keys.js";

const $ = (id) => document.getElementById(id);
const key = (act) => shown(keyOf(act));
const acts = () => JSON.parse(sessionStorage.getItem("acts") ?? "[]").length;
const said = (words) => () => $("saved").textContent.startsWith(words);
const current = () => document.querySelector(".field.current")?.dataset.field;
const record = () => document.querySelector(".record-head")?.dataset.record;
const sheet = () => !$("sheet").hidden;

// [what is ringed, the sentence, what makes the test whether it is done]
const STEPS = [
  [".field.current", () => `Press ${key("next-field")} to go a field down: its words light up in the source.`,
    () => ((before) => () => current() !== before)(current())],
  ['[data-act="accept"]', () => `Press ${key("accept")} to accept the field as it is.`, () => said("Accepted")],
  ['.field.codes', () => `Press ${key("tag")} to change a tag.`, () => sheet],
  ["#sheet input", () => "Type a code, such as 2.2.1, or a few letters, then press Enter.",
    () => () => !sheet() && said("Changed")()],
  ['[data-act="undo"]', () => `Press ${key("undo")} to take that back.`, () => said("Undone")],
  ['[data-act="history"]', () => `Press ${key("history")} to see who decided what on this field.`, () => sheet],
  ["#sheet", () => "Every act is kept, and what it saw. Press Esc to close the history.", () => () => !sheet()],
  ['[data-act="next-record"]', () => `Press ${key("next-record")} to go to the next record.`,
    () => ((before) => () => record() !== before)(record())],
];

let over = false;
let lit = "";

// Ring the first of what a selector finds, also after the page has put it in anew.
function ring(selector = lit) {
  lit = selector;
  const target = selector ? document.querySelector(selector) : null;
  const now = document.querySelector(".tour-lit");
  if (now === target) return;
  now?.classList.remove("tour-lit");
  target?.classList.add("tour-lit");
}

// Wait until something is so. Whatever changes in the page is a reason to look again.
function until(is) {
  return new Promise((done) => {
    const look = () => {
      ring();
      if (!over && !is()) return;
      watch.disconnect();
      done();
    };
    const watch = new MutationObserver(look);
    watch.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    look();
  });
}

// Take back, with the real button, what was decided since.
async function takeBack(from) {
  const count = acts() - from;
  over = false;
  while (acts() > from) {
    const before = acts();
    document.querySelector('[data-act="undo"]').click();
    $("saved").textContent = "Saving…";
    await until(() => acts() < before || /bad|warning/.test($("saved").className));
    if (acts() >= before) return "Not all that you did here could be taken back: see the history.";
  }
  if (count <= 0) return "Nothing that you did here is left.";
  return `What you decided in it (${count} ${count === 1 ? "act" : "acts"}) is taken back: nothing of it stands.`;
}

async function tour() {
  const from = acts();
  const end = () => (over = true) && document.body.toggleAttribute("data-tour-over");
  const escaped = (event) => event.key === "Escape" && !sheet() && !event.defaultPrevented && end();
  $("tour").hidden = false;
  $("tour-end").onclick = end;
  document.addEventListener("keydown", escaped);
  for (const [number, [selector, words, test]] of STEPS.entries()) {
    if (over) break;
    $("tour-step").textContent = `Tour, ${number + 1} of ${STEPS.length}`;
    $("tour-words").textContent = words();
    ring(selector);
    await until(test());
  }
  document.removeEventListener("keydown", escaped);
  ring("");
  const whole = !over;
  $("tour-step").textContent = whole ? "The tour is over" : "The tour ends here";
  const left = await takeBack(from);
  localStorage.setItem("tour", "seen");
  const again = `${key("settings")} shows all keys, and this tour again.`;
  $("tour-words").textContent = `${left} ${again}`;
  $("tour-note").textContent = "";
  const close = () => {
    $("tour").hidden = true;
    document.removeEventListener("keydown", closing);
  };
  const closing = (event) => event.key === "Escape" && !sheet() && close();
  document.addEventListener("keydown", closing);
  $("tour-end").onclick = close;
  $("tour-end").firstChild.textContent = "Close ";
  $("tour").dataset.over = "";
}

const address = new URL(location.href);
if (address.searchParams.has("tour")) {
  // The address that is kept and shared is without it.
  address.searchParams.delete("tour");
  history.replaceState({}, "", address);
  const ready = () => "ready" in document.body.dataset;
  await until(ready);
  tour();
}
