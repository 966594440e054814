// ({proofs, signedOut}) => which proofs hold now, and the page's own words.
({ proofs, signedOut }) => {
  const text = pageText();
  return { proven: already(text, proofs), signedOut: !!signedOut && hasWords(text, signedOut), message: pageMessage() };
}
