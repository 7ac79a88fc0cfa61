// Light or dark: as the system has it, or as the curator chose. Runs before the first paint.
(() => {
  const root = document.documentElement;
  const chosen = () => localStorage.getItem("theme") ?? "";
  const show = () => {
    root.dataset.theme = chosen();
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-label", `Colours: ${chosen() || "as the system"}. Change them`);
      button.dataset.shows = chosen() || "system";
    }
  };
  const next = { "": "dark", dark: "light", light: "" };
  show();
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-theme-switch]")) return;
      localStorage.setItem("theme", next[chosen()]);
      show();
    });
  });
})();
