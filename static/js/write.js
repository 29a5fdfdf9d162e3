/* Nicer writing: marks, live preview, drafts that keep themselves, names to mention. */
(() => {
  const form = document.querySelector("form[data-write]");
  if (!form) return;
  const part = (name) => form.querySelector(`[data-${name}]`), field = form.elements;
  const box = field.text, view = part("preview"), offers = part("people"), told = part("said");
  const { write: base, offline, out, over } = form.dataset;
  const post = (path, more) => {
    const body = new FormData(form);
    body.delete("files");
    return fetch(base + path, { method: "POST", body, ...more });
  };
  const say = (words) => { if (told.textContent !== words) told.textContent = words; };
  const later = (act, wait, timer) => () => { clearTimeout(timer); timer = setTimeout(act, wait); };
  const insert = (text, from, to) => {
    box.focus();
    box.setSelectionRange(from, to);
    document.execCommand("insertText", false, text);
  };

  const mark = (sign) => {
    const { selectionStart: from, selectionEnd: to, value } = box, chosen = value.slice(from, to);
    if (sign.endsWith(" ")) {
      const begin = value.lastIndexOf("\n", from - 1) + 1;
      insert(value.slice(begin, to).replace(/^/gm, sign), begin, to);
    } else {
      insert(sign === "[" ? `[${chosen}](https://)` : sign + chosen + sign, from, to);
      box.setSelectionRange(from + sign.length, to + sign.length);
    }
  };

  let asked;
  const look = async () => {
    if (view.hidden) return;
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await post("preview/", { signal: asked.signal });
      if (answer.ok && !answer.redirected) view.innerHTML = await answer.text();
    } catch { /* offline, or overtaken */ }
  };
  const follow = later(look, 500);

  /* Who logs in again, in another window, needs a new token. */
  let lost;
  const renew = async () => {
    const page = await fetch(location), html = page.redirected ? "" : await page.text();
    const token = /csrfmiddlewaretoken" value="(\w+)/.exec(html)?.[1];
    if (token) field.csrfmiddlewaretoken.value = token;
  };
  addEventListener("focus", () => lost && renew().catch(() => {}));

  /* Every few seconds, and when the page is left. */
  let dirty, busy, sent;
  const save = async (keepalive) => {
    if (!field.token || !dirty || busy || sent || box.value.length > 1e5) return;
    dirty = false;
    busy = true;
    try {
      const answer = await post("drafts/save/", { keepalive });
      const kept = answer.redirected || answer.status === 403 ? null : await answer.json();
      dirty = !kept;
      if (!kept && !lost) await renew();
      lost = !kept;
      say(kept ? kept.said : out);
      if (answer.ok && kept) field.version.value = kept.version;
    } catch {
      dirty = true;
      say(offline);
    }
    busy = false;
  };
  setInterval(save, 4000);
  document.addEventListener("visibilitychange", () => document.hidden && save(true));
  addEventListener("pagehide", () => save(true));
  form.addEventListener("submit", () => { sent = true; });

  const typed = () => /(?:^|[^\w@/.])@([^\s@]{2,40})$/u.exec(box.value.slice(0, box.selectionStart))?.[1];
  const offer = later(async () => {
    const q = typed(), place = field.thread ?? field.forum, query = new URLSearchParams({ q, [place.name]: place.value });
    const none = { people: [] }, ask = () => fetch(`${base}people/?${query}`).then((answer) => answer.json(), () => none);
    const { people } = q ? await ask() : none;
    if (q === typed()) offers.replaceChildren(...people.map(({ handle, name, standing }) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "link", textContent: `${name} (${standing})` });
      button.dataset.handle = handle;
      return button;
    }));
  }, 300);

  form.addEventListener("input", () => {
    dirty = true;
    const most = +box.dataset.limit, much = box.value.length > most ? [...box.value].length - most : 0;
    if (much > 0) say(`${much} ${over}`);
    follow();
    offer();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button"), { mark: sign, handle } = button?.dataset ?? {}, q = typed();
    if (sign) mark(sign);
    if (handle && q) insert(`${handle} `, box.selectionStart - q.length - 1, box.selectionStart);
    if (button?.value === "preview") {
      event.preventDefault();
      view.hidden = !view.hidden;
      look();
    }
    if (button?.value === "draft") {
      event.preventDefault();
      dirty = true;
      save();
    }
  });

  /* "Answer" quotes what is selected in its post. */
  let picked;
  const pick = () => { picked = `${getSelection()}`.trim(); };
  document.addEventListener("mousedown", pick, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href*="/reply/?quote="]'), article = link?.closest("article");
    if (!article || !event.detail && pick() || !picked) return;
    const bare = (text) => text.replace(/\s/g, ""), words = (name) => article.querySelector(name)?.textContent.trim();
    if (!bare(article.textContent).includes(bare(picked))) return;
    event.preventDefault();
    const key = field.quoted.value = link.href.split("=")[1], end = box.value.length;
    const who = `${words("header .soft")}, ${words("header a")}`.replace(/[[\]\\*_`<>~]/g, "\\$&");
    const source = `> [${who}](${base.replace(/^\/[^/]+/, "")}posts/${key}/):\n>\n`;
    insert(`${end ? "\n\n" : ""}${source}${picked.replace(/^/gm, "> ")}\n\n`, end, end);
  });
})();
