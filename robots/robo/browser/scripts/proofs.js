// Proofs {text | gone | address | disabled} against the page as it is. Needs find.js.

function fits(address, pattern) {
  const parts = pattern.split("*").map(part => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const whole = new RegExp("^" + parts.join(".*") + "$");
  const url = new URL(address);
  return [address, url.pathname, url.pathname + url.search, url.pathname + url.search + url.hash].some(one => whole.test(one));
}

function proven(text, proof) {
  if (proof.text) return hasWords(text, proof.text);
  if (proof.gone) return !hasWords(text, proof.gone);
  if (proof.address) return fits(location.href, proof.address);
  const found = [...find(document, { ...proof.disabled, kind: "button" }), ...find(document, { ...proof.disabled, kind: "field" })];
  return found.length > 0 && found.every(element => element.matches(":disabled") || element.getAttribute("aria-disabled") === "true");
}

const already = (text, proofs) => (proofs || []).map((proof, n) => proven(text, proof) ? n : -1).filter(n => n >= 0);
