// Follows a sending that may still move. Without it the page is complete, only still.
const status = document.querySelector("[data-progress]");
const silence = document.querySelector("[data-silence]");
const EVERY = 2000;
const PATIENCE = 3; // answers missed before saying so: one is a hiccup
let missed = 0;

function show(counts) {
  for (const [name, value] of Object.entries(counts)) {
    const field = document.querySelector(`[data-field="${name}"]`);
    // Only what changed: a screen reader would say the state again every two seconds.
    if (field && field.textContent !== String(value)) field.textContent = value;
  }
  const bar = document.querySelector("[data-progress-bar]");
  if (bar) bar.value = counts.audience - counts.remaining;
}

async function refresh() {
  try {
    const response = await fetch(status.dataset.progress, { headers: { Accept: "application/json" } });
    // Once signed out, the answer is the sign-in page: `json` fails on it.
    if (!response.ok) throw new Error(response.status);
    const counts = await response.json();
    missed = 0;
    const begun = counts.audience && !document.querySelector('[data-field="audience"]');
    // What may be done depends on the state: the page is asked again.
    if (counts.state !== status.dataset.state || begun) window.location.reload();
    else show(counts);
  } catch {
    missed += 1;
  }
  silence.hidden = missed < PATIENCE;
}

// Once answered, not every two seconds: a busy server must not be asked twice at a time.
async function follow() {
  if (!document.hidden) await refresh();
  setTimeout(follow, EVERY);
}

if (status) setTimeout(follow, EVERY);

// The undo window: how long the send can still be taken back.
const countdown = document.querySelector("[data-leaves]");

function clock(seconds) {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const words = [hours && `${hours} h`, (hours || minutes) && `${minutes} min`, `${String(seconds % 60).padStart(2, "0")} s`];
  return words.filter(Boolean).join(" ");
}

function tick() {
  const left = Math.round((new Date(countdown.dataset.leaves) - Date.now()) / 1000);
  if (left > 0) countdown.textContent = `Départ dans ${clock(left)} : vous pouvez encore annuler.`;
  else if (left > -60) countdown.textContent = "L’envoi commence.";
  else countdown.textContent = "L’heure du départ est passée et rien n’est parti : le programme d’envoi tourne-t-il ?";
}

if (countdown) {
  tick();
  setInterval(tick, 1000);
}
