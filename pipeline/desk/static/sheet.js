// The sheet that comes over the fields while something is typed or chosen. One at a time.

const sheet = document.getElementById("sheet");
let closed = null;
let back = null;

export const isOpen = () => !sheet.hidden;

// Open the sheet made of a template; gives it. `onClose` is called when it closes. `done` is what
// its main button and Ctrl+Enter do; it closes the sheet itself. `keys` are acts by single keys.
export function open(template, title, { done, onClose, keys = {} } = {}) {
  close();
  back = document.activeElement;
  sheet.replaceChildren(document.getElementById(template).content.cloneNode(true));
  const heading = sheet.querySelector("[data-title]");
  heading.textContent = title;
  heading.id = "sheet-title";
  sheet.setAttribute("aria-labelledby", "sheet-title");
  sheet.hidden = false;
  closed = onClose;
  sheet.onclick = (event) => {
    if (event.target.closest("[data-close]")) close();
    if (event.target.closest("[data-done]")) done?.();
  };
  sheet.onkeydown = (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && done) done();
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return sheet;
}

export function close() {
  if (sheet.hidden) return;
  sheet.hidden = true;
  sheet.replaceChildren();
  closed?.();
  closed = null;
  if (back?.isConnected) back.focus({ preventScroll: true });
}
