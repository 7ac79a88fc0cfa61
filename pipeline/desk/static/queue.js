// Hands on the keyboard: j and k move through a list, Enter opens (as links do), / searches.
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[to].focus({ preventScroll: true });
    all[to].scrollIntoView({ block: "nearest" });
  };
  const typing = (target) => target.matches("input:not([type=checkbox]), textarea, select");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) {
      if (event.key !== "Escape") return;
      event.preventDefault(); // or the browser empties the field
      event.target.blur();
      return;
    }
    const act = {
      j: () => move(1),
      k: () => move(-1),
      "/": () => document.getElementById("q")?.select(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // Who has seen the tour finds it under ? in the review.
  const tour = document.getElementById("tour");
  if (tour) tour.hidden = localStorage.getItem("tour") === "seen";

  // What is empty or as usual stays out of the address: it is what people keep and share.
  const usual = { status: "waiting", sort: "useful" };
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-filters]")) return;
    const given = event.detail.parameters;
    for (const [name, value] of Object.entries(given)) {
      if (value === "" || value === usual[name]) delete given[name];
    }
    const shown = new URLSearchParams(location.search).toString();
    if (new URLSearchParams(given).toString() === shown) event.preventDefault();
  });
  // Back and forward show the list of that address, and its filters.
  addEventListener("popstate", () => location.reload());
})();
