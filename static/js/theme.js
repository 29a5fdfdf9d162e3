/* Before the first paint: the reader's choice of colours. Without a choice the system decides. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const read = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const write = (value) => {
    try { value ? localStorage.setItem("theme", value) : localStorage.removeItem("theme"); } catch { /* private mode */ }
  };
  const dark = () => (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
  const mark = () => document.querySelectorAll("[data-theme-switch]").forEach((button) => button.setAttribute("aria-pressed", dark()));

  const chosen = read();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  root.classList.add("js");
  document.addEventListener("DOMContentLoaded", mark);
  system.addEventListener?.("change", mark);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const next = dark() ? "light" : "dark";
    const isSystem = (next === "dark") === system.matches;
    if (isSystem) delete root.dataset.theme; else root.dataset.theme = next;
    write(isSystem ? null : next);
    mark();
  });
})();
