// ({inside, items: [{place, value}]}) => for each item {state, ...}: the whole form in one go, then read back.
// value: {text, number, date, datetime, time, month, yes, list, empty}, the same value in the ways a control may want it.
// With `checking` in the value nothing is entered, what stands there is compared.
// states: ok, missing, ambiguous, disabled, typed (the page must be typed into), mismatch, choice (not in the list),
//         long (the field is too short), unreadable (the field takes numbers or dates only).
({ inside, items }) => {
  const prototypes = { TEXTAREA: HTMLTextAreaElement, SELECT: HTMLSelectElement, INPUT: HTMLInputElement };
  const say = (element, ...events) => {
    for (const name of events) {
      element.dispatchEvent(name === "input"
        ? new InputEvent("input", { bubbles: true, composed: true, inputType: "insertText" })
        : new Event(name, { bubbles: true, composed: true }));
    }
  };
  const setValue = (element, value) => {
    // The prototype's own setter: frameworks watch the instance's and would take the text for their own.
    Object.getOwnPropertyDescriptor(prototypes[element.tagName].prototype, "value").set.call(element, value);
    say(element, "input", "change");
  };
  const choose = (options, text, names) => {
    for (const same of [name => bare(name) === bare(text), name => fold(name) === fold(text)]) {
      const found = options.filter(option => names(option).slice(0, 1).some(same));
      if (found.length) return found;
    }
    return options.filter(option => names(option).slice(1).some(name => name === text));
  };
  const tickName = tick => [[...fieldNames(tick)].filter(([rank]) => rank === 0).map(([, name]) => name)[0] || line(tick.nextSibling && tick.nextSibling.textContent), tick.value];
  const tick = (element, wanted) => {
    if (element.checked !== wanted) element.click();
    if (element.checked !== wanted) for (const label of element.labels || []) { label.click(); if (element.checked === wanted) break; }
    return element.checked === wanted;
  };
  const formats = { date: "date", "datetime-local": "datetime", time: "time", month: "month", week: "week", number: "number", range: "number" };
  const alike = (element, got, wanted) => {
    if (got === wanted) return true;
    if (formats[element.type] === "number") return Number(got) === Number(wanted) && (got === "") === (wanted === "");
    if (formats[element.type]) return got !== "" && got.startsWith(wanted) && /^[:0.]*$/.test(got.slice(wanted.length));
    const loose = text => text.normalize("NFC").replace(/[\s\u00a0\u202f€]/g, "").toLowerCase();
    if (loose(got) === loose(wanted)) return true;
    const core = text => loose(text).replace(/[^\p{L}\p{N}]/gu, "");
    return /^[\p{L}\p{N}\s]+$/u.test(wanted) && core(got) === core(wanted);
  };

  function ticks(element, value) {
    const isGroup = element.matches(GROUPS);
    const others = isGroup ? everywhere(element, TICKS)
      : element.name ? everywhere(element.form || document, TICKS).filter(e => e.name === element.name && e.type === element.type) : [element];
    const single = others.length === 1 || (!isGroup && others.some(other => other !== element) && typeof value.yes === "boolean" && !value.list);
    if (single && !isGroup || single && typeof value.yes === "boolean") {
      const one = isGroup ? others[0] : element;
      if (value.empty) value = { ...value, yes: false };
      if (typeof value.yes !== "boolean") {
        const chosen = choose([one], value.text, tickName).length === 1;
        if (!chosen) return { state: "choice", choices: ["oui", "non"], wanted: value.text };
        value = { ...value, yes: true };
      }
      if (one.type === "radio" && !value.yes) return { state: one.checked ? "mismatch" : "ok", got: "oui", check: () => true };
      const done = value.checking ? one.checked === value.yes : tick(one, value.yes);
      return { state: done ? "ok" : "typed", tick: value.yes, got: one.checked ? "oui" : "non", check: () => one.checked === value.yes };
    }
    const wanted = value.empty ? [] : value.list || [value.text];
    const chosen = [];
    for (const text of wanted) {
      const found = choose(others, text, tickName);
      if (found.length !== 1) return { state: found.length ? "ambiguous" : "choice", wanted: text, choices: others.map(one => bare(tickName(one)[0] || one.value)), found: found.map(described) };
      chosen.push(found[0]);
    }
    if (others[0].type === "radio" && !chosen.length) {
      return others.some(one => one.checked) ? { state: "mismatch", got: others.filter(one => one.checked).map(one => bare(tickName(one)[0])).join(", ") } : { state: "ok", check: () => true };
    }
    for (const one of others) if (one.type !== "radio" || chosen.includes(one)) tick(one, chosen.includes(one));
    const right = () => others.every(one => one.checked === chosen.includes(one));
    return { state: right() ? "ok" : "mismatch", got: others.filter(one => one.checked).map(one => bare(tickName(one)[0] || one.value)).join(", "), check: right };
  }

  function select(element, value) {
    const options = [...element.options].filter(option => !option.disabled);
    const names = option => [option.text, option.value];
    const wanted = value.empty ? [] : element.multiple ? value.list || [value.text] : [value.text];
    const chosen = [];
    for (const text of wanted) {
      const found = choose(options, text, names);
      if (found.length !== 1) return { state: found.length ? "ambiguous" : "choice", wanted: text, choices: options.filter(o => o.value !== "").map(option => line(option.text)), found: found.map(o => ({ name: line(o.text), where: o.value })) };
      chosen.push(found[0]);
    }
    if (!chosen.length && !element.multiple) {
      const none = options.find(option => option.value === "" || !line(option.text));
      if (none) chosen.push(none); else element.selectedIndex = -1;
    }
    if (element.multiple) for (const option of element.options) option.selected = chosen.includes(option);
    else if (chosen.length) element.selectedIndex = chosen[0].index;
    say(element, "input", "change");
    const texts = chosen.map(option => option.text).join();
    const right = () => [...element.selectedOptions].map(option => option.text).join() === texts;
    return { state: right() ? "ok" : "mismatch", got: [...element.selectedOptions].map(o => line(o.text)).join(", "), check: right };
  }

  function enter(element, value) {
    const kind = (element.type || "").toLowerCase();
    const frozen = element.disabled || element.readOnly || element.getAttribute("aria-disabled") === "true" || element.matches(":disabled");
    if (element.matches(GROUPS) || element.matches(TICKS)) return frozen ? { state: "disabled" } : ticks(element, value);
    if (kind === "file") return { state: frozen ? "disabled" : "file" };
    if (element.isContentEditable) {
      if (!value.checking) {
        element.focus({ preventScroll: true });
        getSelection().selectAllChildren(element);
        document.execCommand(value.text ? "insertText" : "delete", false, value.text);
        element.blur();
      }
      const right = () => line(element.innerText) === line(value.text);
      return { state: right() ? "ok" : "typed", got: line(element.innerText), check: right };
    }
    if (!prototypes[element.tagName]) return { state: frozen ? "disabled" : "role", role: element.getAttribute("role") };
    if (element.tagName === "INPUT" && element.getAttribute("role") === "combobox" && !element.list) return { state: frozen ? "disabled" : "role", role: "combobox" };
    if (element.tagName === "SELECT") {
      if (frozen) return { state: "disabled" };
      element.focus({ preventScroll: true });
      const outcome = select(element, value);
      element.blur();
      return outcome;
    }
    const wanted = value.empty ? "" : formats[kind] ? value[formats[kind]] : element.tagName === "TEXTAREA" ? value.text.replace(/\r\n?/g, "\n") : value.text;
    if (wanted === null || wanted === undefined) return { state: "unreadable", kind };
    const right = () => alike(element, element.value, wanted);
    if (frozen) return right() && wanted !== "" ? { state: "ok", check: right } : { state: "disabled", got: element.value };
    if (element.maxLength >= 0 && wanted.length > element.maxLength) return { state: "long", most: element.maxLength };
    if (!value.checking) {
      element.focus({ preventScroll: true });
      setValue(element, wanted);
      element.blur();
    }
    return { state: right() ? "ok" : "typed", text: wanted, got: element.value, check: right };
  }

  const outcomes = items.map(({ place, value }) => {
    const found = find(document, { kind: "field", inside: place.inside || inside, ...place });
    if (found.length !== 1) return { state: found.length ? "ambiguous" : "missing", found: found.slice(0, 12).map(described) };
    const outcome = enter(found[0], value);
    return { secret: found[0].type === "password", element: found[0], ...outcome };
  });
  // Read back once everything is in: what one field's script does to another is seen here.
  return outcomes.map(({ check, element, ...outcome }) => {
    if (outcome.state !== "ok" || !check || check()) return outcome;
    return { ...outcome, state: "typed", got: element.value === undefined ? line(element.innerText) : element.value };
  });
}
