// « Tout vérifier » : the slow checks, asked for by somebody; autosave runs the quick ones only.
async function check(button) {
  const panel = button.closest("[data-ready]");
  const status = panel.querySelector("[data-ready-status]");
  button.disabled = true;
  status.textContent = "Contrôle en cours…";
  try {
    const headers = { "X-CSRFToken": window.wagtailConfig.CSRF_TOKEN };
    const response = await fetch(button.dataset.readyCheck, { method: "POST", headers });
    if (!response.ok) throw new Error(response.status);
    panel.outerHTML = await response.text();
    // The answer is read from its first line: the button is below all it found.
    document.querySelector("[data-ready-result]").focus();
  } catch {
    button.disabled = false;
    status.textContent = "Le contrôle n'a pas abouti. Réessayez.";
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ready-check]");
  if (button) check(button);
});
