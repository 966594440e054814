"use strict";
const field = document.querySelector("#find input");
if (field) {
  const tables = [...document.querySelectorAll("table.items")];
  const none = document.querySelector("#find output");
  document.getElementById("find").hidden = false;
  const look = () => {
    const wanted = field.value.trim().toLocaleLowerCase();
    let found = 0;
    for (const table of tables) {
      let here = 0;
      for (const row of table.tBodies[0].rows) {
        row.hidden = wanted !== "" && !row.textContent.toLocaleLowerCase().includes(wanted);
        here += row.hidden ? 0 : 1;
      }
      const group = table.closest("details");
      group.hidden = here === 0;
      if (wanted !== "" && here) group.open = true;
      found += here;
    }
    none.textContent = found ? "" : none.dataset.none;
  };
  let due = 0;
  field.addEventListener("input", () => { clearTimeout(due); due = setTimeout(look, 150); });
}
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.group:not([open]), details.aloud:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => { for (const one of opened) one.open = false; });
