// ({button, proofs, signedOut}) => the button and the form around it as filled, before the press.
({ button, proofs, signedOut }) => {
  const found = find(document, button);
  const text = pageText();
  const seen = { count: found.length, signedOut: !!signedOut && hasWords(text, signedOut), already: already(text, proofs) };
  if (found.length !== 1) return { ...seen, found: found.slice(0, 12).map(described) };
  const [press] = found;
  const form = press.form || press.closest("form");
  const optional = press.formNoValidate || (form && form.noValidate);
  const fields = everywhere(form || document, FIELDS).filter(e => !e.matches(GROUPS) && (usable(e) || e.matches(TICKS)));
  const legendOf = field => { const group = field.closest(GROUPS); return group && [...fieldNames(group)].map(([, name]) => bare(name))[0]; };
  const together = field => field.name ? fields.filter(e => e.name === field.name && e.type === field.type) : [field];
  const values = [];
  for (const field of fields) {
    if (field.matches(TICKS)) {
      if (together(field).length > 1 || field.type === "radio") {
        if (field.checked) values.push([legendOf(field) || field.name, nameOf(field) || field.value]);
      } else values.push([nameOf(field), field.checked]);
    } else if (field.tagName === "SELECT") values.push([nameOf(field), [...field.selectedOptions].map(o => o.value === "" ? "" : line(o.text)).filter(Boolean).join(", ")]);
    else if (field.type === "file") values.push([nameOf(field), [...field.files].map(file => file.name).join(", ")]);
    else if (field.type === "password") values.push([nameOf(field), null]);
    else values.push([nameOf(field), field.value !== undefined ? field.value : line(field.innerText), field.type]);
  }
  const once = found => found.filter((one, n) => found.findIndex(other => other.label === one.label) === n);
  const invalid = once(!form ? [] : [...form.elements].filter(e => e.willValidate && !e.validity.valid && !e.matches(GROUPS)).map(e => {
    const faults = []; for (const fault in e.validity) if (e.validity[fault] && fault !== "valid") faults.push(fault);
    return { label: (e.type === "radio" && legendOf(e)) || nameOf(e) || e.name, fault: faults[0], message: e.validationMessage };
  }));
  // What the browser does not know of: a star after the label, a word of the page's own making.
  const marked = field => [field, field.closest(GROUPS)].some(e => e && (e.required || e.getAttribute("aria-required") === "true" ||
    [...fieldNames(e)].some(([rank, name]) => rank < 5 && /\*|\((obligatoire|requis|required)\)/i.test(name))));
  const empty = field => field.matches(TICKS) ? !together(field).some(e => e.checked) : !line(field.value !== undefined ? field.value : field.innerText);
  const wanting = fields.filter(field => !field.disabled && marked(field) && empty(field))
    .map(field => (field.matches(TICKS) && legendOf(field)) || nameOf(field) || field.name).filter(label => !invalid.some(one => one.label === label));
  return {
    ...seen,
    name: nameOf(press),
    disabled: press.disabled || press.matches(":disabled") || press.getAttribute("aria-disabled") === "true",
    shown: usable(press),
    values,
    invalid, optional, wanting: [...new Set(wanting)],
    age: performance.now() / 1000,
    title: line(document.title),
  };
}
