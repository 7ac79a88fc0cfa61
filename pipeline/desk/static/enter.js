// The browser that the terminal opened brings the code in its fragment, which no server or log
// sees: take it out of the address and its history at once, and send it as the form would.
(() => {
  const enter = () => {
    const code = decodeURIComponent(location.hash.slice(1));
    const field = document.getElementById("code");
    if (!code || !field) return;
    history.replaceState(null, "", location.pathname + location.search);
    field.value = code;
    field.form.requestSubmit();
  };
  addEventListener("hashchange", enter);
  enter();
})();
