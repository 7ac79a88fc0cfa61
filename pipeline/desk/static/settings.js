// The dialog of keys and preferences.

import { ACTS, forget, keyOf, label, remap, shown } from "./keys.js";

const dialog = document.getElementById("settings");
const table = document.getElementById("key-table");
const threshold = document.getElementById("threshold");

export const isOpen = () => dialog.open;

// How sure a tag must be to be accepted unseen; 0 for never.
export const sureFrom = () => Number(localStorage.getItem("threshold") ?? 0);

export function open() {
  draw();
  threshold.value = localStorage.getItem("threshold") ?? "";
  dialog.showModal();
}

function draw() {
  const groups = new Map();
  for (const [act, words, , group] of ACTS) {
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push([act, words]);
  }
  table.replaceChildren(
    ...[...groups].map(([name, acts]) => {
      const section = document.createElement("section");
      section.appendChild(document.createElement("h3")).textContent = name;
      section.append(...acts.map(([act, words]) => line(act, words)));
      return section;
    }),
  );
}

function line(act, words) {
  const row = document.createElement("div");
  row.className = "key-line";
  const button = row.appendChild(document.createElement("button"));
  button.type = "button";
  button.append(Object.assign(document.createElement("kbd"), { textContent: shown(keyOf(act)) }));
  button.setAttribute("aria-label", `${words}: ${shown(keyOf(act))}. Change the key`);
  row.append(words);
  button.addEventListener("click", () => {
    button.firstChild.textContent = "press…";
    button.addEventListener(
      "keydown",
      (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) {
          button.click();
          return;
        }
        if (!["Escape", "Tab", "Enter"].includes(event.key)) remap(act, event.key);
        draw();
        label();
        table.querySelector(`[data-of="${act}"]`)?.focus();
      },
      { once: true },
    );
  });
  button.dataset.of = act;
  return row;
}

document.getElementById("forget-keys").addEventListener("click", () => {
  forget();
  draw();
  label();
});
document.querySelector("[data-close-settings]").addEventListener("click", () => dialog.close());
threshold.addEventListener("change", () => localStorage.setItem("threshold", threshold.value));
