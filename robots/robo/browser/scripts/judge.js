// ({expect, refuse, signedOut, said, seconds}) => what the page proves, as soon as it proves anything, else when the time is up.
async ({ expect, refuse, signedOut, said, seconds }) => {
  const end = performance.now() + seconds * 1000;
  const status = () => { const entry = performance.getEntriesByType("navigation")[0]; return (entry && entry.responseStatus) || 0; };
  for (;;) {
    const began = performance.now();
    const over = began >= end;
    if (document.readyState !== "loading" || over) {
      const text = (said ? comparable(said) + "\n" : "") + pageText();
      const outcome = {
        expect: already(text, expect), refuse: already(text, refuse), signedOut: !!signedOut && hasWords(text, signedOut),
        status: status(), complete: document.readyState === "complete",
        broken: location.protocol === "chrome-error:",
      };
      const ended = outcome.expect.length || outcome.refuse.length || outcome.signedOut || outcome.broken || (outcome.status >= 500 && outcome.complete);
      if (ended || over) {
        return { ...outcome, around: outcome.refuse.map(n => refuse[n].text ? around(refuse[n].text) : "").filter(Boolean).join(" – "), message: pageMessage() };
      }
    }
    // Large pages are looked at less often: a quarter of the time at most goes into looking.
    await new Promise(done => setTimeout(done, Math.min(200, Math.max(15, 3 * (performance.now() - began)))));
  }
}
