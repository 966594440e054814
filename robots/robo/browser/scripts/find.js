// Finding fields, buttons and texts as people name them. Needs text.js.

const FIELDS = "input:not([type=hidden]):not([type=submit]):not([type=button]):not([type=reset]):not([type=image]),select,textarea," +
  '[contenteditable=""],[contenteditable=true],[role=textbox],[role=combobox],[role=checkbox],[role=radio],[role=switch],' +
  "[role=spinbutton],[role=searchbox],[role=listbox],fieldset,[role=radiogroup],[role=group]";
const BUTTONS = "button,a[href],input[type=submit],input[type=button],input[type=reset],input[type=image],summary,[role=button]," +
  "[role=link],[role=menuitem],[role=tab],[role=option],[role=treeitem],[onclick]";
const TICKS = "input[type=radio],input[type=checkbox]";
const GROUPS = "fieldset,[role=radiogroup],[role=group]";

const line = text => tidy(text || "").replace(/[\s\u00a0]+/g, " ");
const bare = text => line(text).replace(/\((obligatoire|requis|required|facultatif|optionnel|optional)\)/gi, "")
  .replace(/[\s:*]+$/, "").replace(/^[\s*]+/, "");
const fold = text => bare(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[’‘`]/g, "'");

// Every element that fits, in document order, open shadow roots included.
function everywhere(root, selector, found = []) {
  for (const element of root.querySelectorAll(selector)) found.push(element);
  const walker = document.createTreeWalker(root, 1);
  for (let node = walker.currentNode; node; node = walker.nextNode()) {
    if (node.shadowRoot) everywhere(node.shadowRoot, selector, found);
  }
  return found;
}

// The labels of ticks and the lists of files are what people see of them: the input itself may be hidden or covered.
function usable(element) {
  if (element.type === "file") return true;
  if (element.checkVisibility ? element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length : element.getClientRects().length) return true;
  return element.matches(TICKS) && [...(element.labels || [])].some(label => label.getClientRects().length > 0);
}

// The text of a label without that of the fields in it.
function ownText(element) {
  let text = "";
  for (const child of element.childNodes) {
    if (child.nodeType === 3) text += child.data;
    else if (child.nodeType === 1 && !/^(SELECT|TEXTAREA|INPUT|BUTTON|SCRIPT|STYLE|OPTION)$/.test(child.tagName)) text += ownText(child);
  }
  return text;
}

const named = (element, ids) => ids.split(/\s+/).map(id => element.getRootNode().getElementById(id)).filter(Boolean)
  .map(found => found.textContent).join(" ");

function* ariaNames(element) {
  const by = element.getAttribute("aria-labelledby");
  if (by) yield [0, named(element, by)];
  const label = element.getAttribute("aria-label");
  if (label) yield [0, label];
}

function* codeNames(element) {
  for (const attribute of ["data-testid", "name", "id"]) {
    const value = element.getAttribute(attribute);
    if (value) yield [6, value];
  }
}

// [rank, name] pairs of a field: 0 label, 1 placeholder or title, 2 legend, 3 the cell or term beside it, 4 the column's
// header, 5 the text just before, 6 what programmers call it.
function* fieldNames(element) {
  yield* ariaNames(element);
  if (element.matches(GROUPS)) {
    const legend = element.querySelector(":scope > legend");
    if (legend) yield [0, legend.textContent];
    return;
  }
  for (const label of element.labels || []) yield [0, ownText(label)];
  if (element.placeholder) yield [1, element.placeholder];
  if (element.title) yield [1, element.title];
  const group = element.closest("fieldset");
  const legend = group && group.querySelector(":scope > legend");
  if (legend && group.querySelectorAll("input:not([type=hidden]),select,textarea").length === 1) yield [2, legend.textContent];
  const cell = element.closest("td,th,dd");
  if (cell) {
    let beside = cell.previousElementSibling;
    while (beside && !line(beside.textContent)) beside = beside.previousElementSibling;
    if (beside && !beside.querySelector("input,select,textarea")) yield [3, ownText(beside)];
    const table = cell.tagName === "DD" ? null : cell.closest("table");
    const heads = table && table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
    if (heads && heads.cells[cell.cellIndex]) yield [4, heads.cells[cell.cellIndex].textContent];
  }
  if (!(element.labels && element.labels.length)) {
    for (let node = element, up = 0; node && up < 3; node = node.parentElement, up++) {
      let before = node.previousSibling;
      while (before && !line(before.textContent)) before = before.previousSibling;
      if (!before) continue;
      if (before.nodeType === 3) yield [5, before.data];
      else if (before.nodeType === 1 && !before.matches("input,select,textarea") && !before.querySelector("input,select,textarea")) yield [5, ownText(before)];
      break;
    }
  }
  yield* codeNames(element);
}

function* buttonNames(element) {
  yield* ariaNames(element);
  if (element.tagName === "INPUT") {
    if (element.value) yield [0, element.value];
    else if (element.type === "submit") yield [0, "Envoyer"];
    if (element.alt) yield [0, element.alt];
  } else {
    if (line(element.textContent)) yield [0, element.textContent];
    for (const image of element.querySelectorAll("img[alt]")) yield [1, image.alt];
    const title = element.querySelector("svg title");
    if (title) yield [1, title.textContent];
  }
  if (element.title) yield [1, element.title];
  yield* codeNames(element);
}

const isCss = text => /^[#.\[][\w-]/.test(text);

// The sections, groups, rows, dialogs that people would say are "inside" this text.
function scopes(root, text) {
  if (isCss(text)) return everywhere(root, text);
  const wanted = fold(text), found = [];
  for (const head of everywhere(root, "legend,h1,h2,h3,h4,h5,h6,caption,[role=heading],summary")) {
    if (fold(head.textContent) !== wanted) continue;
    found.push(head.closest("fieldset,section,article,form,dialog,[role=dialog],[role=group],[role=region],details,table") || head.parentElement);
  }
  for (const area of everywhere(root, "[role=dialog],dialog,section,[role=group],[role=region],form,fieldset,table")) {
    if ([...ariaNames(area)].some(([, name]) => fold(name) === wanted)) found.push(area);
  }
  if (!found.length) {
    for (const row of everywhere(root, "tr,[role=row],li,[role=listitem]")) {
      if ([...(row.cells || row.children)].some(cell => fold(cell.textContent) === wanted)) found.push(row);
    }
  }
  return [...new Set(found)].filter(one => !found.some(other => other !== one && one.contains(other)));
}

// Of several that fit equally well, those that people can reach: in the open dialog, on the page rather than beside it.
function reachable(found) {
  if (found.length < 2) return found;
  const modal = found.filter(element => element.closest("dialog[open],[aria-modal=true]"));
  if (modal.length) found = modal;
  const onPage = found.filter(element => { const box = element.getBoundingClientRect(); return box.right + scrollX > 0 && box.bottom + scrollY > 0; });
  return onPage.length ? onPage : found;
}

// Radios of one group are one field: the name of the group stands beside or before each.
function asGroup(found) {
  const [first] = found;
  const together = found.length > 1 && first.matches(TICKS) && first.name &&
    found.every(element => element.name === first.name && element.type === first.type && element.form === first.form);
  return together ? [first] : found;
}

function ranked(roots, selector, names, wanted, ranks) {
  const exact = bare(wanted), folded = fold(wanted);
  let best = [], bestRank = Infinity;
  for (const root of roots) for (const element of everywhere(root, selector)) {
    let rank = Infinity;
    for (const [source, name] of names(element)) {
      if (ranks && !ranks.includes(source)) continue;
      if (bare(name) === exact) rank = Math.min(rank, source);
      else if (fold(name) === folded) rank = Math.min(rank, 10 + source);
    }
    if (rank === Infinity || rank > bestRank || !usable(element)) continue;
    if (element.matches(GROUPS) && !element.querySelector(TICKS + ",[role=radio],[role=checkbox]")) continue;
    if (rank < bestRank) { best = []; bestRank = rank; }
    if (!best.includes(element)) best.push(element);
  }
  return best;
}

// The innermost elements whose whole visible text this is; else those that hold it as whole words.
function byText(roots, wanted) {
  const folded = fold(wanted), whole = [], holding = [];
  for (const root of roots) for (const element of everywhere(root, "*")) {
    if (NO_TEXT.has(element.tagName) || !element.textContent && element.tagName !== "INPUT") continue;
    const text = element.tagName === "INPUT" ? (WORDED_INPUTS.has(element.type) ? element.value : "") : element.textContent;
    if (!text || !usable(element)) continue;
    if (fold(text) === folded) whole.push(element);
    else if (hasWords(comparable(text), wanted)) holding.push(element);
  }
  const innermost = found => found.filter(element => !found.some(other => other !== element && element.contains(other)));
  return whole.length ? innermost(whole) : innermost(holding);
}

// All that fit the place {kind, any|label|text|placeholder|css, inside, nth} equally well; `kind` is what it is wanted for.
function find(root, place) {
  const roots = place.inside ? scopes(root, place.inside) : [root];
  const within = selector => roots.flatMap(one => everywhere(one, selector));
  let found;
  if (place.css) found = within(place.css);
  else if (place.placeholder) found = ranked(roots, "[placeholder]", function* (e) { yield [1, e.placeholder]; }, place.placeholder, [1]);
  else if (place.text) {
    found = place.kind === "button" ? ranked(roots, BUTTONS, buttonNames, place.text, [0]) : [];
    if (!found.length) found = byText(roots, place.text);
  } else if (place.kind === "button") {
    const name = place.any || place.label;
    found = ranked(roots, BUTTONS, buttonNames, name);
    found = found.filter(element => !found.some(other => other !== element && element.contains(other)));
    if (!found.length) found = ranked(roots, TICKS + ",[role=checkbox],[role=radio],[role=switch]", fieldNames, name, [0]);
    if (!found.length && place.any) found = byText(roots, name);
  } else found = asGroup(reachable(ranked(roots, FIELDS, fieldNames, place.any || place.label, place.label ? [0, 1, 2, 3, 4, 5] : null)));
  return place.nth ? found.slice(place.nth - 1, place.nth) : reachable(found);
}

function nameOf(element) {
  const names = [...(element.matches(FIELDS) ? fieldNames(element) : buttonNames(element))].filter(([, name]) => line(name));
  names.sort((one, other) => one[0] - other[0]);
  return names.length ? bare(names[0][1]).slice(0, 80) : "";
}

// Where an element stands, in the words by which `inside` would find it.
function whereabouts(element) {
  const row = element.closest("tr,[role=row],li");
  if (row) {
    const cells = [...(row.cells || row.children)].filter(cell => !cell.contains(element)).map(cell => line(cell.textContent)).filter(Boolean);
    if (cells.length) return cells[0].slice(0, 60);
  }
  for (let area = element.parentElement; area && area !== document.body; area = area.parentElement) {
    const head = area.querySelector(":scope > legend,:scope > h1,:scope > h2,:scope > h3,:scope > h4,:scope > caption,:scope > [role=heading]");
    const name = head ? head.textContent : [...ariaNames(area)].map(([, name]) => name)[0];
    if (name && line(name)) return line(name).slice(0, 60);
  }
  return "";
}

const described = element => ({ name: nameOf(element), where: whereabouts(element), id: element.id || "" });

function listed(root, kind) {
  return everywhere(root, kind === "button" ? BUTTONS : FIELDS).filter(usable).slice(0, 300)
    .filter(e => !e.matches(GROUPS) || e.querySelector(TICKS)).map(nameOf).filter(Boolean);
}
