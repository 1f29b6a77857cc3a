// What Word puts on the clipboard, made plain before Draftail reads it: its headings, lists and
// quotations are styles there, not elements. Pastes that do not come from Word are left alone.
const FROM_WORD = /class="?Mso|urn:schemas-microsoft-com|mso-/;
const ORDERED = /^\s*(\d{1,3}|[a-z])[.)]/i;

function rename(element, name) {
  const renamed = document.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
}

function listItems(root) {
  for (const item of root.querySelectorAll('p[style*="mso-list"]')) {
    const marker = item.querySelector('[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]');
    const name = marker && ORDERED.test(marker.textContent) ? "ol" : "ul";
    marker?.remove();
    let list = item.previousElementSibling;
    if (!list?.hasAttribute("data-from-word") || list.localName !== name) {
      list = document.createElement(name);
      list.setAttribute("data-from-word", "");
      item.before(list);
    }
    list.append(rename(item, "li"));
  }
}

function cleaned(html) {
  const root = new DOMParser().parseFromString(html, "text/html").body;
  root.querySelectorAll("style, script, meta, link, title, xml").forEach((part) => part.remove());
  listItems(root);
  root.querySelectorAll('p[class*="Quote"]').forEach((part) => rename(part, "blockquote"));
  root.querySelectorAll("h1, p.MsoTitle").forEach((part) => rename(part, "h2"));
  root.querySelectorAll("h4, h5, h6").forEach((part) => rename(part, "h3"));
  // The editor cannot be given its own inline quotation by a paste: keep the marks.
  root.querySelectorAll("q").forEach((part) => part.replaceWith("« ", ...part.childNodes, " »"));
  // Word keeps empty paragraphs for spacing.
  root.querySelectorAll("p").forEach((part) => part.textContent.trim() || part.remove());
  for (const part of root.querySelectorAll("*")) {
    for (const { name } of [...part.attributes]) if (name !== "href") part.removeAttribute(name);
  }
  return root.innerHTML.replaceAll(/<\/?o:p>|<!--[^]*?-->/g, "").trim();
}

let resending = false;

document.addEventListener("paste", (event) => {
  if (resending) return;
  const html = event.clipboardData?.getData("text/html") ?? "";
  if (!FROM_WORD.test(html) || !event.target.closest?.(".DraftEditor-root")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const data = new DataTransfer();
  data.setData("text/html", cleaned(html));
  data.setData("text/plain", event.clipboardData.getData("text/plain"));
  resending = true;
  try {
    event.target.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  } finally {
    resending = false;
  }
}, true);
