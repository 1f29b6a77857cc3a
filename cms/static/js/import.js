// Follows a step of an import. Without it the page is complete, only still.
const bar = document.querySelector("[data-import-progress]");

async function follow() {
  const response = await fetch(bar.dataset.importProgress, { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const told = await response.json();
  bar.value = told.percent;
  document.querySelector("[data-import-words]").textContent = told.words;
  if (!told.running) window.location.reload();
}

if (bar) setInterval(follow, 1000);
