// Choosing from a list by typing: concepts by code or a few letters, records by their words.

import { open, close } from "./sheet.js";

const MOST = 200; // rows shown at a time
const bare = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

// How well an item answers to what was typed: 0 is best, nothing when it does not.
function rank(item, typed) {
  const [code, words] = [bare(item.code ?? ""), typed.toLowerCase().split(/\s+/).filter(Boolean)];
  const sought = bare(typed);
  if (code && code === sought) return 0;
  if (code && code.startsWith(sought)) return 1;
  const title = item.title.toLowerCase();
  const starts = title.split(/[^\p{L}\p{N}]+/u);
  if (title.startsWith(typed.toLowerCase())) return 2;
  if (words.every((word) => starts.some((one) => one.startsWith(word)))) return 3;
  if (words.every((word) => item.more.toLowerCase().includes(word))) return 4;
  return null;
}

// `items`: [{value, code?, title, more, detail, depth?, count?, mark?}] in their order.
// `picked(value, other)` is called with the chosen one; `other` when Shift was held. `more(typed)`
// finds further items elsewhere, which come last.
export function pick(title, items, { hint = "", placeholder = "", picked, stays = false, more = null }) {
  const sheet = open("sheet-pick", title);
  const seek = sheet.querySelector(".seek");
  const list = sheet.querySelector(".picks");
  const said = sheet.querySelector("[data-hint]");
  seek.placeholder = placeholder;
  seek.setAttribute("aria-label", placeholder || title);
  list.setAttribute("aria-label", title);
  let found = [];
  let at = 0;

  const select = (next, block = "nearest") => {
    at = Math.max(0, Math.min(found.length - 1, next));
    for (const [number, row] of [...list.children].entries()) {
      row.setAttribute("aria-selected", number === at);
    }
    list.children[at]?.scrollIntoView({ block });
    if (found.length) seek.setAttribute("aria-activedescendant", `pick-${at}`);
    else seek.removeAttribute("aria-activedescendant");
  };
  const show = () => {
    const typed = seek.value.trim();
    const ranked = items.map((item) => [typed ? rank(item, typed) : 0, item]);
    const fits = ranked.filter(([how]) => how !== null);
    if (typed) fits.sort(([one], [other]) => one - other);
    found = fits.slice(0, MOST).map(([, item]) => item);
    list.replaceChildren(...found.map((item, number) => row(item, number, !typed)));
    said.textContent = found.length ? hint : "Nothing matches.";
    select(typed ? 0 : Math.max(0, found.findIndex((item) => item.mark)), "center");
    if (typed.length > 2) more?.(typed).then((others) => seek.value.trim() === typed && add(others));
  };
  const add = (others) => {
    if (others.length) said.textContent = hint;
    list.append(...others.map((item, number) => row(item, found.length + number, false)));
    found.push(...others);
    select(at);
  };
  const choose = (number, other) => {
    const item = found[number];
    if (!item) return;
    if (!(stays && other)) close();
    picked(item.value, other);
  };
  seek.addEventListener("input", show);
  seek.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") select(at + 1);
    else if (event.key === "ArrowUp") select(at - 1);
    else if (event.key === "PageDown") select(at + 8);
    else if (event.key === "PageUp") select(at - 8);
    else if (event.key === "Enter" && !event.repeat) choose(at, event.shiftKey);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) choose([...list.children].indexOf(row), event.shiftKey);
  });
  show();
  seek.focus();
  return {
    // Show other items, for a list that stays open.
    renew(others) {
      items = others;
      seek.value = "";
      show();
    },
  };
}

function row(item, number, nested) {
  const element = document.createElement("li");
  element.role = "option";
  element.id = `pick-${number}`;
  element.className = `pick depth-${nested ? (item.depth ?? 0) : 0}`;
  const add = (className, text, tag = "span") => {
    if (!text && text !== 0) return;
    const part = element.appendChild(document.createElement(tag));
    part.className = className;
    part.dir = "auto";
    part.textContent = text;
  };
  add("pick-code", item.code);
  add("pick-title", item.title, "bdi");
  add("pick-mark chip good", item.mark);
  add("pick-count", item.count || "");
  add("pick-detail", item.detail, "bdi");
  return element;
}
