// () => the visible text, for people.
() => document.body ? tidy(visibleText(document.body)) : ""
