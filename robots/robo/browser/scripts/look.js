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
  const values = [];
  for (const field of fields) {
    const group = field.closest(GROUPS);
    const legend = group && [...fieldNames(group)].map(([, name]) => bare(name))[0];
    if (field.matches(TICKS)) {
      const others = field.name ? fields.filter(e => e.name === field.name && e.type === field.type) : [field];
      if (others.length > 1 || field.type === "radio") {
        if (field.checked) values.push([legend || field.name, nameOf(field) || field.value]);
      } else values.push([nameOf(field), field.checked]);
    } else if (field.tagName === "SELECT") values.push([nameOf(field), [...field.selectedOptions].map(o => o.value === "" ? "" : line(o.text)).filter(Boolean).join(", ")]);
    else if (field.type === "file") values.push([nameOf(field), [...field.files].map(file => file.name).join(", ")]);
    else if (field.type === "password") values.push([nameOf(field), null]);
    else values.push([nameOf(field), field.value !== undefined ? field.value : line(field.innerText)]);
  }
  const invalid = optional || !form ? [] : [...form.elements].filter(e => e.willValidate && !e.validity.valid && !e.matches(GROUPS)).map(e => {
    const faults = []; for (const fault in e.validity) if (e.validity[fault] && fault !== "valid") faults.push(fault);
    const group = e.type === "radio" && e.closest(GROUPS);
    return { label: (group && [...fieldNames(group)].map(([, name]) => bare(name))[0]) || nameOf(e) || e.name, fault: faults[0], message: e.validationMessage };
  });
  return {
    ...seen,
    name: nameOf(press),
    disabled: press.disabled || press.matches(":disabled") || press.getAttribute("aria-disabled") === "true",
    shown: usable(press),
    values,
    invalid: invalid.filter((one, n) => invalid.findIndex(other => other.label === one.label) === n),
    age: performance.now() / 1000,
    title: line(document.title),
  };
}
