// A link to a field of another tab would lead nowhere: Wagtail's tabs open on this event, which
// its own « Aller à la première erreur » sends. The browser then follows the link as usual.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('.messages a[href^="#"], .editor-panel a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  field?.dispatchEvent(new CustomEvent("w-focus:focus", { bubbles: true }));
});
