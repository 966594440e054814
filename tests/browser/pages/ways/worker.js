// A worker of any kind: what it is to do stands in its address, ?post= or ?socket=, nested by ?below=.
const asked = new URLSearchParams(location.search);
if (asked.has("post")) fetch(asked.get("post"), { method: "POST", body: "x" });
if (asked.has("socket")) new WebSocket(asked.get("socket"));
if (asked.has("below")) new Worker(`/ways/worker.js?post=${asked.get("below")}`);
