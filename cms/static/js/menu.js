// Opens and closes the main menu of narrow screens. The stylesheet folds it only where scripts run,
// so that nobody meets a button that does nothing.
for (const button of document.querySelectorAll(".menu-button")) {
  const unfold = (open) => button.setAttribute("aria-expanded", String(open));
  button.addEventListener("click", () => unfold(button.getAttribute("aria-expanded") !== "true"));
  button.parentElement.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    unfold(false);
    button.focus();
  });
}
