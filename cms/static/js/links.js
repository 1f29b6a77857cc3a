// Proposes the title and the medium of a pasted address; never replaces what somebody wrote.
const describe = document.currentScript
  ? document.currentScript.dataset.describe
  : document.querySelector("script[data-describe]").dataset.describe;

async function propose(input) {
  const prefix = input.name.slice(0, -"url".length);
  const field = (name) => document.querySelector(`[name="${CSS.escape(prefix + name)}"]`);
  const title = field("title");
  if (!input.value || !title || title.value) return;
  const body = new URLSearchParams({ url: input.value });
  const headers = { "X-CSRFToken": window.wagtailConfig.CSRF_TOKEN, Accept: "application/json" };
  const response = await fetch(describe, { method: "POST", headers, body });
  if (!response.ok) return;
  const found = await response.json();
  const media = field("media") || field("source") || field("publisher");
  for (const [target, value] of [[title, found.title], [media, found.media]]) {
    if (!target || target.value || !value) continue;
    target.value = value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

document.addEventListener("change", (event) => {
  if (/-items-\d+-value-url$/.test(event.target.name || "")) propose(event.target);
});
