// Completes the word being typed in every search field (ARIA combobox with a listbox).
// Without it, or when nothing answers, the fields are plain forms.
const PAUSE = 180;

function enhance(input, number) {
  const list = document.createElement("ul");
  list.id = `search-suggestions-${number}`;
  list.className = "search-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  // What a listbox that opens does not say everywhere: how many there are.
  const news = document.createElement("span");
  news.className = "visually-hidden";
  news.setAttribute("aria-live", "polite");
  input.after(list, news);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  let timer = 0, asked = 0, chosen = -1;

  const close = () => {
    list.hidden = true;
    news.textContent = "";
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (index) => {
    const options = [...list.children];
    chosen = (index + options.length) % options.length;
    options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen].id);
  };
  const take = (text) => {
    input.value = text;
    close();
    input.form.requestSubmit();
  };
  const show = (suggestions) => {
    list.replaceChildren(...suggestions.map((text, n) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${n}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.textContent = text;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(text); });
      return option;
    }));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !suggestions.length;
    news.textContent = list.hidden ? "" : `${suggestions.length} suggestion${suggestions.length > 1 ? "s" : ""}`;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    const turn = ++asked;
    const address = `${input.form.getAttribute("action")}suggestions/?q=${encodeURIComponent(input.value)}`;
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      const { suggestions } = response.ok ? await response.json() : { suggestions: [] };
      if (turn === asked && document.activeElement === input) show(suggestions);
    } catch { close(); }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    asked++;
    if (input.value.trim().length < 2) close();
    else timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen < 0 ? -1 : chosen - 1); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
    else if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); take(list.children[chosen].textContent); }
  });
}

document.querySelectorAll('form[role="search"] input[type="search"]').forEach(enhance);
