// A service worker. ?install= and ?activate= name where it sends; ?relay sends on what pages post, ?turn= posts for each GET of a
// picture; a message to it is an address to post to, or a socket to open.
const asked = new URLSearchParams(location.search);
const post = address => fetch(address, { method: "POST", body: "x" }).catch(() => null);
addEventListener("install", event => {
  skipWaiting();
  if (asked.has("install")) event.waitUntil(post(asked.get("install")));
});
addEventListener("activate", event => event.waitUntil(Promise.all([clients.claim(), asked.has("activate") && post(asked.get("activate"))])));
addEventListener("message", event => event.data.startsWith("ws") ? new WebSocket(event.data) : event.waitUntil(post(event.data)));
addEventListener("sync", event => event.waitUntil(post(event.tag)));
if (asked.has("relay")) {
  addEventListener("fetch", event => {
    if (event.request.method === "POST") event.respondWith(event.request.text().then(body => fetch(event.request.url, { method: "POST", body })));
  });
}
if (asked.has("turn")) {
  addEventListener("fetch", event => {
    if (event.request.destination === "image") event.respondWith(post(asked.get("turn")).then(() => new Response("")));
  });
}
