// The keys of the desk: which act each one does, the buttons that show them, and changing them.

// [act, what it does, its key, the heading that it stands under in the help]
export const ACTS = [
  ["accept-record", "Accept the record and go to the next", "a", "The record"],
  ["reject-record", "Reject the record: it is no measure", "X", "The record"],
  ["reset-record", "Give the whole record back", "R", "The record"],
  ["split", "Split it in two", "s", "The record"],
  ["merge", "Merge it into another", "m", "The record"],
  ["duplicate", "Mark it as a duplicate", "d", "The record"],
  ["note-record", "Write a note on the record", "N", "The record"],
  ["history-record", "History of the whole record", "H", "The record"],
  ["add", "Make a record of the selected words", "i", "The record"],
  ["next-record", "Next record of the queue", "]", "Moving"],
  ["previous-record", "Record before", "[", "Moving"],
  ["next-field", "Field below", "j", "Moving"],
  ["previous-field", "Field above", "k", "Moving"],
  ["queue", "Back to the queue", "q", "Moving"],
  ["accept", "Accept the field", "f", "The field"],
  ["edit", "Edit the field", "e", "The field"],
  ["reject", "Reject the field: it should be empty", "x", "The field"],
  ["reset", "Give the field back to the extractor", "r", "The field"],
  ["note", "Write a note on the field", "n", "The field"],
  ["history", "History of the field", "h", "The field"],
  ["keep", "Keep what was decided before", "y", "The field"],
  ["take", "Take what the extractor says now", "u", "The field"],
  ["tag", "Change tags by code or a few letters", "t", "Tags and place"],
  ["tag-1", "Tags of the first taxonomy", "1", "Tags and place"],
  ["tag-2", "Tags of the second", "2", "Tags and place"],
  ["tag-3", "Tags of the third", "3", "Tags and place"],
  ["tag-4", "Tags of the fourth", "4", "Tags and place"],
  ["tag-5", "Tags of the fifth", "5", "Tags and place"],
  ["tag-6", "Tags of the sixth", "6", "Tags and place"],
  ["indent", "Put it below the record before", ">", "Tags and place"],
  ["outdent", "Move it up a level", "<", "Tags and place"],
  ["move", "Move it below any record", "l", "Tags and place"],
  ["undo", "Undo", "z", "Undo"],
  ["redo", "Redo", "Z", "Undo"],
  ["view-pages", "Source: pages", "p", "The source"],
  ["view-text", "Source: text in reading order", "o", "The source"],
  ["view-saved", "Source: the page as it was saved", "w", "The source"],
  ["coverage", "Coverage: what was read as what", "c", "The source"],
  ["find", "Find in the document", "/", "The source"],
  ["next-page", "Page on", "PageDown", "The source"],
  ["previous-page", "Page back", "PageUp", "The source"],
  ["zoom-in", "Larger", "+", "The source"],
  ["zoom-out", "Smaller", "-", "The source"],
  ["zoom-fit", "As wide as the pane", "0", "The source"],
  ["settings", "Keys and preferences", "?", "Help"],
];
const ALSO = { ArrowDown: "next-field", ArrowUp: "previous-field", "=": "zoom-in" };
const SHOWN = { PageDown: "PgDn", PageUp: "PgUp", ArrowDown: "↓", ArrowUp: "↑", " ": "Space" };

let chosen = read();

function read() {
  try {
    return JSON.parse(localStorage.getItem("keys") ?? "{}");
  } catch {
    return {};
  }
}

export const keyOf = (act) => chosen[act] ?? ACTS.find(([name]) => name === act)?.[2] ?? "";

export const shown = (key) => SHOWN[key] ?? key;

// Give an act another key; whoever had that key gets the old one.
export function remap(act, key) {
  const before = keyOf(act);
  const other = ACTS.map(([name]) => name).find((name) => name !== act && keyOf(name) === key);
  chosen = { ...chosen, [act]: key, ...(other && { [other]: before }) };
  localStorage.setItem("keys", JSON.stringify(chosen));
}

export function forget() {
  chosen = {};
  localStorage.removeItem("keys");
}

// Write the keys on the buttons of a part of the page.
export function label(root = document) {
  for (const button of root.querySelectorAll("[data-act]")) {
    const key = keyOf(button.dataset.act);
    let mark = button.querySelector("kbd");
    if (!mark && !button.hasAttribute("data-keyless")) {
      mark = button.appendChild(document.createElement("kbd"));
    }
    if (mark) mark.textContent = shown(key);
    button.setAttribute("aria-keyshortcuts", key);
  }
}

const MOVES = /^(next|previous|zoom|undo|redo)/;
const TYPING = "input, textarea, select, [contenteditable]";

// Call `act(name, event)` for each key and each click on a button that means an act. `free` says
// whether keys mean acts now (not while a sheet or a dialog is open).
export function listen(act, free) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!free() || event.target.closest(TYPING)) return;
    const name = ACTS.map(([one]) => one).find((one) => keyOf(one) === event.key) ?? ALSO[event.key];
    if (!name) return;
    event.preventDefault();
    // A key held down moves on, and decides nothing twice.
    if (event.repeat && !MOVES.test(name)) return;
    act(name);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button || button.disabled) return;
    // The second click of a double click would fall on the next record.
    if (event.detail > 1 && !MOVES.test(button.dataset.act)) return;
    act(button.dataset.act);
  });
}
