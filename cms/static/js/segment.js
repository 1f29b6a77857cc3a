// Counts the segment while it is built. Without it a button opens the count in a tab.
const said = document.querySelector("[data-segment-count]");
const form = said?.closest("form");
let waiting;
let turn = 0;

async function count() {
  const mine = ++turn;
  const response = await fetch(said.dataset.segmentCount, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
  });
  if (!response.ok || mine !== turn) return;
  said.textContent = (await response.json()).said;
}

if (form) {
  form.querySelector("[data-segment-ask]").hidden = true;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(count, 400);
  });
  count();
}
