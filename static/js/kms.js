/* Nicer, never needed: filters in place, menus that close, the strip that follows the reader. */
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* The filter panel is folded on a phone and open where there is room. */
  const roomy = matchMedia("(min-width: 60rem)");
  const unfold = () => roomy.matches && $$("details.filters").forEach((panel) => { panel.open = true; });
  unfold();
  roomy.addEventListener?.("change", unfold);

  /* Filters: fetch the page that the form would lead to, and swap every part marked data-live. */
  let pending;
  const status = document.createElement("p");
  status.className = "sr";
  status.setAttribute("role", "status");
  document.body.append(status);

  const nameOf = (node) => node && node.name && node.form && node.form.matches("[data-filter]")
    ? `[name="${CSS.escape(node.name)}"]${/^(checkbox|radio)$/.test(node.type) ? `[value="${CSS.escape(node.value)}"]` : ""}` : null;
  const addressOf = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && value.trim()) query.append(name, value);
    const url = new URL(form.action, location.href);
    url.search = query;
    url.hash = "";
    return url.href;
  };
  const swapPart = (old, fresh) => {
    const open = $$("details", old).map((node) => node.open);
    old.replaceChildren(...document.importNode(fresh, true).childNodes);
    $$("details", old).forEach((node, index) => { if (open[index]) node.open = true; });
  };
  const swap = (page) => {
    const active = document.activeElement;
    const selector = nameOf(active);
    const inResults = $("#results")?.contains(active);
    const typed = selector && active.type === "search" ? active.value : null;
    $$("[data-live]").forEach((old) => {
      const fresh = old.id && page.getElementById(old.id);
      if (fresh) swapPart(old, fresh);
    });
    document.title = page.title;
    const next = selector ? $(`[data-filter] ${selector}`) : inResults ? $("#results [data-count]") : null;
    if (next) {
      if (inResults) next.tabIndex = -1;
      if (typed !== null) next.value = typed;
      next.focus({ preventScroll: true });
    }
    status.textContent = $("#results [data-count]")?.textContent.trim() ?? "";
  };
  const load = async (href, push) => {
    pending?.abort();
    const mine = pending = new AbortController();
    const results = $("#results");
    results?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(href, { signal: mine.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById("results")) throw new Error("no results");
      if (push) history.pushState({ live: true }, "", answer.url);
      swap(page);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (push) location.assign(href); else location.reload();
    } finally {
      if (pending === mine) results?.removeAttribute("aria-busy");
    }
  };
  if ($("form[data-filter]") && $("#results")) {
    document.addEventListener("change", (event) => {
      const form = event.target.form;
      /* A half-typed date or number is not yet a filter. */
      if (form?.matches("form[data-filter]") && form.checkValidity()) load(addressOf(form), true);
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form[data-filter]")) return;
      event.preventDefault();
      if (!roomy.matches) event.target.closest("details.filters")?.removeAttribute("open");
      load(addressOf(event.target), true);
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest(".pills a, .sort a");
      if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      load(link.href, true);
    });
    addEventListener("popstate", () => load(location.href, false));
  }

  /* Menus close with Escape and with a click elsewhere. */
  const menus = () => $$("details.pop[open], details.menu[open]");
  document.addEventListener("click", (event) => menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; if (menu.contains(document.activeElement)) $("summary", menu).focus(); });
  });

  /* The contents strip marks the section in view. */
  const strip = $(".strip");
  if (strip && "IntersectionObserver" in window) {
    const links = new Map($$("a[href^='#']", strip).map((link) => [link.hash.slice(1), link]));
    const watch = new IntersectionObserver((entries) => {
      const seen = entries.find((entry) => entry.isIntersecting);
      if (!seen) return;
      links.forEach((link, id) => id === seen.target.id ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    }, { rootMargin: "-20% 0px -70% 0px" });
    links.forEach((link, id) => { const part = document.getElementById(id); if (part) watch.observe(part); });
  }

  /* A refused form starts at its summary of errors. */
  $("[data-focus]")?.focus();
  $$("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });

  /* Passkeys: their buttons need a script, and say so when the browser got none. */
  $$("[data-script]").forEach((button) => { button.hidden = false; });
  document.addEventListener("allauth.error", (event) => {
    const told = $("[data-passkey-error]");
    if (told) { told.hidden = false; event.preventDefault(); }
  });
})();
