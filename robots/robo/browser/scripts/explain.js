// (place) => why it cannot be used: what fits, what stands on the page instead.
place => {
  const found = find(document, place);
  const one = found.length === 1 ? found[0] : null;
  return {
    found: found.slice(0, 12).map(described),
    count: found.length,
    disabled: !!one && (one.disabled || one.getAttribute("aria-disabled") === "true" || !!one.closest("fieldset:disabled")),
    inside: place.inside ? scopes(document, place.inside).length : null,
    names: [...new Set(listed(document, place.kind))].slice(0, 60),
  };
}
