// ([{place, what, all}]) => for each what stands there: {count, values, found}.
readings => {
  const TERMS = "dt,th,td,label,span,strong,b,p,div,li";
  const after = (element, label) => {
    const text = tidy(visibleText(element)).replace(/\s+/g, " ");
    const cut = text.match(/^(.{1,120}?)\s*:\s*(.+)$/);
    return cut && fold(cut[1]) === fold(label) ? cut[2] : null;
  };
  // What a label on the page says something of: the field, the cell or definition beside it, the text after its colon.
  function labelled(place) {
    const name = place.any || place.label;
    const fields = find(document, { ...place, kind: "field", nth: null }).filter(element => !element.matches(GROUPS));
    if (fields.length) return fields.map(element => ({ element }));
    const roots = place.inside ? scopes(document, place.inside) : [document];
    const terms = roots.flatMap(root => everywhere(root, TERMS)).filter(usable);
    const beside = terms.filter(e => e.matches("dt,th,td") && fold(e.textContent) === fold(name))
      .map(e => e.matches("th") && e.closest("thead") ? null : e.nextElementSibling).filter(e => e && e.matches("dd,td,th"));
    if (beside.length) return [...new Set(beside)].map(element => ({ element }));
    const spelled = terms.filter(e => after(e, name) !== null);
    return spelled.filter(e => !spelled.some(other => other !== e && e.contains(other))).map(element => ({ element, text: after(element, name) }));
  }
  const valueOf = element => {
    if (element.matches(TICKS)) return element.checked ? "oui" : "non";
    if (element.tagName === "SELECT") return [...element.selectedOptions].map(option => line(option.text)).join(", ");
    if (element.type === "password") return "";
    return element.value !== undefined && !element.matches("button,li") ? element.value : tidy(visibleText(element));
  };
  function take({ element, text }, what) {
    if (what === "value") return valueOf(element);
    if (what === "address") {
      const link = element.closest("a[href]") || element.querySelector("a[href]");
      return link ? link.href : element.href || element.src || null;
    }
    if (what !== "text") return element.getAttribute(what);
    if (text !== undefined) return text;
    return element.matches("input,select,textarea") && !WORDED_INPUTS.has(element.type) ? valueOf(element) : element.tagName === "INPUT" ? element.value : tidy(visibleText(element));
  }
  return readings.map(({ place, what, all }) => {
    let found;
    if (place.css || place.placeholder || place.text) {
      found = find(document, { ...place, kind: "field", nth: null }).filter(e => place.placeholder || usable(e) || what !== "text").map(element => ({ element }));
    } else {
      const links = what === "address" ? find(document, { ...place, kind: "button", nth: null }) : [];
      found = links.length ? links.map(element => ({ element })) : labelled(place);
      if (!found.length) found = find(document, { text: place.any || place.label, inside: place.inside, kind: "field" }).map(element => ({ element }));
    }
    if (place.nth) found = found.slice(place.nth - 1, place.nth);
    const chosen = all || found.length === 1 ? found : [];
    return { count: found.length, found: found.slice(0, 12).map(one => described(one.element)), values: chosen.map(one => take(one, what)) };
  });
}
