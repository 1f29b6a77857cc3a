// Refreshes the counts of a running send. Without it the page is complete, only still.
const status = document.querySelector("[data-progress]");

async function refresh() {
  const response = await fetch(status.dataset.progress, { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const counts = await response.json();
  for (const [name, value] of Object.entries(counts)) {
    const field = document.querySelector(`[data-field="${name}"]`);
    if (field) field.textContent = value;
  }
  const bar = document.querySelector("[data-progress-bar]");
  if (bar && counts.audience) bar.value = counts.audience - counts.remaining;
  if (!["scheduled", "sending"].includes(counts.state)) window.location.reload();
  else if (counts.audience && !document.querySelector('[data-field="audience"]')) window.location.reload();
}

if (status) setInterval(refresh, 2000);

// The undo window: how long the send can still be taken back.
const countdown = document.querySelector("[data-leaves]");

function tick() {
  const left = Math.max(0, Math.round((new Date(countdown.dataset.leaves) - Date.now()) / 1000));
  const minutes = Math.floor(left / 60);
  const hours = Math.floor(minutes / 60);
  const clock = `${hours ? `${hours} h ` : ""}${minutes % 60} min ${String(left % 60).padStart(2, "0")} s`;
  countdown.textContent = left ? `Départ dans ${clock} : vous pouvez encore annuler.` : "L'envoi commence.";
}

if (countdown) {
  tick();
  setInterval(tick, 1000);
}
