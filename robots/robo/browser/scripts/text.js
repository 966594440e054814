// Visible text and whole words. What is typed into fields is not text; the words of buttons are.

const NO_TEXT = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "TEXTAREA", "SELECT", "DATALIST", "IFRAME", "OBJECT", "HEAD"]);
const WORDED_INPUTS = new Set(["submit", "button", "reset"]);

function shown(element) {
  return element.checkVisibility
    ? element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    : element.getClientRects().length > 0;
}

function visibleText(start) {
  const parts = [];
  (function walk(node, withinShown) {
    for (const child of node.childNodes) {
      if (child.nodeType === 3) {
        if (withinShown) parts.push(child.data);
        continue;
      }
      if (child.nodeType !== 1 || NO_TEXT.has(child.tagName)) continue;
      const style = getComputedStyle(child);
      if (style.display === "none" || style.opacity === "0") continue;
      const visible = style.visibility === "visible";
      const apart = !/^(inline|contents|ruby)/.test(style.display) || style.display === "inline-block" || child.tagName === "BR";
      if (apart) parts.push("\n");
      if (child.tagName === "INPUT") {
        if (visible && WORDED_INPUTS.has(child.type)) parts.push("\n", child.value, "\n");
        continue;
      }
      if (child.tagName === "SLOT") {
        for (const assigned of child.assignedNodes()) {
          if (assigned.nodeType === 3) { if (visible) parts.push(assigned.data); }
          else if (assigned.nodeType === 1 && !NO_TEXT.has(assigned.tagName)) walk(assigned, shown(assigned));
        }
        if (child.assignedNodes().length) continue;
      }
      walk(child.shadowRoot || child, visible);
      if (apart) parts.push("\n");
    }
  })(start, shown(start.nodeType === 1 ? start : document.documentElement));
  return parts.join("");
}

// Composed, one blank between words, a line end between blocks; a no-break space stays where it groups digits.
function tidy(text) {
  return text.normalize("NFC")
    .replace(/[\u200b\u00ad\ufeff]/g, "")
    .replace(/(\d)[\u00a0\u202f\u2007\u2009](?=\d)/g, "$1\u00a0")
    .replace(/[\u202f\u2007\u2009]|\u00a0(?!\d)|(?<!\d)\u00a0/g, " ")
    .replace(/[ \t\r\f]*\n\s*/g, "\n").replace(/[ \t\r\f]+/g, " ").trim();
}

const comparable = text => tidy(text).toLowerCase().replace(/[’‘`]/g, "'");

// Whether these words stand there whole: "12" is neither in "123" nor in "12-3", "12/3", "12,5" or "12 345" written with a no-break space.
function hasWords(text, words) {
  const wanted = comparable(words);
  if (!wanted) return false;
  const escaped = wanted.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&").replace(/[\s\u00a0]+/g, "[\\s\\u00a0]+");
  const before = /^[\p{L}\p{N}_]/u.test(wanted) ? "(?<![\\p{L}\\p{N}_])(?<![\\p{L}\\p{N}][-_/])(?<!\\p{N}[.,\\u00a0])" : "";
  const after = /[\p{L}\p{N}_]$/u.test(wanted) ? "(?![\\p{L}\\p{N}_])(?![-_/][\\p{L}\\p{N}])(?![.,\\u00a0]\\p{N})" : "";
  return new RegExp(before + escaped + after, "u").test(text);
}

const pageText = () => comparable(document.body ? visibleText(document.body) : "");

// What the page itself says went well or wrong: its alerts, else its first lines.
const ALERTS = '[role=alert],[role=status],[aria-live=assertive],.alert,.error,.erreur,.errors,.errorlist,.invalid-feedback,' +
  '.fr-alert,.fr-error-text,.refus,.warning,.message,.messages';

function pageMessage() {
  const alerts = [...document.querySelectorAll(ALERTS)].filter(shown).map(e => tidy(visibleText(e)).replace(/\n/g, " ; "));
  const said = [...new Set(alerts.filter(text => text))].slice(0, 4).join(" – ");
  if (said) return said.slice(0, 500);
  const main = document.querySelector("main,[role=main]") || document.body;
  return main ? tidy(visibleText(main)).replace(/\n/g, " / ").slice(0, 300) : "";
}

// The refusal as people see it: the block that holds the words, and the alerts beside it.
function around(words) {
  const text = element => comparable(visibleText(element));
  let at = document.body;
  if (!at || !hasWords(text(at), words)) return "";
  for (let inner = at; inner; ) {
    at = inner;
    inner = [...at.children].find(child => !NO_TEXT.has(child.tagName) && shown(child) && hasWords(text(child), words));
  }
  const own = tidy(visibleText(at) || at.value || "").replace(/\n/g, " ; ");
  const alerts = [...document.querySelectorAll(ALERTS)].filter(e => shown(e) && !e.contains(at) && !at.contains(e));
  const block = at.closest(ALERTS + ",p,li,ul,ol,td,dialog,[role=dialog]") || at;
  const parts = [own, tidy(visibleText(block)).replace(/\n/g, " ; "), ...alerts.map(e => tidy(visibleText(e)).replace(/\n/g, " ; "))];
  return parts.filter((part, place) => part && !parts.some((other, n) => n !== place && other.includes(part) && (other !== part || n < place)))
    .join(" – ").slice(0, 500);
}
