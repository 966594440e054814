// Every way that is known in which a page can write to a server: name to a function of the address, as a path and whole.
const OTHER = location.origin.replace("127.0.0.1", "localhost");
const POST = { method: "POST", body: "x" };

function form(address, attributes = {}, inner = '<input name="nom" value="Dupont é"><input type="hidden" name="jeton" value="abc">') {
  const made = document.createElement("form");
  Object.assign(made, { method: "post", action: address }, attributes);
  made.innerHTML = `${inner}<button>Envoyer</button>`;
  document.body.append(made);
  return made;
}
const press = made => made.querySelector("button").click();
const markup = whole => `<form method=post action="${whole}"><input name=a value=1></form><script>document.forms[0].submit()<\/script>`;
const framed = attributes => document.body.append(Object.assign(document.createElement("iframe"), attributes));
const script = text => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
const posting = whole => `fetch("${whole}", { method: "POST", body: "x" })`;
const socket = path => `ws://${location.host}${path}`;
const leaving = then => { addEventListener("pagehide", then); location = "/ways/empty.html"; };
const sent = (method, path, sync = false) => { const x = new XMLHttpRequest(); x.open(method, path, !sync); x.send("x"); };
const file = () => { const list = new DataTransfer(); list.items.add(new File(["contenu"], "pièce.txt")); return list.files; };

async function service(query, way) {
  const registration = await navigator.serviceWorker.register(`/ways/service.js?${query}`, { scope: `/ways/ways.html?${way}` });
  const working = registration.installing || registration.waiting || registration.active;
  while (working.state !== "activated") await new Promise(done => setTimeout(done, 20));
  return { registration, working };
}
const controlled = async () => { while (!navigator.serviceWorker.controller) await new Promise(done => setTimeout(done, 20)); };

const WAYS = {
  // Forms
  form_post: path => press(form(path)),
  form_multipart: path => { const made = form(path, { enctype: "multipart/form-data" }, '<input name=nom value="X"><input type=file name=piece>'); made.piece.files = file(); press(made); },
  form_text: path => press(form(path, { enctype: "text/plain" })),
  form_request_submit: path => form(path).requestSubmit(),
  form_submit: path => form(path).submit(),
  form_of_its_button: path => { const made = form("/ways/empty.html", { method: "get" }); Object.assign(made.querySelector("button"), { formAction: path, formMethod: "post" }); press(made); },
  form_picture_button: path => form(path, {}, '<input type=image alt=Envoyer>').querySelector("input").click(),
  form_into_frame: path => press(form(path, { target: "aside" })),
  form_into_window: path => press(form(path, { target: "_blank" })),
  form_into_window_alone: path => press(form(path, { target: "_blank", rel: "noopener" })),
  form_into_named_window: path => { open("about:blank", "named"); press(form(path, { target: "named" })); },
  form_in_written_window: (path, whole) => { const made = open("about:blank"); made.document.write(markup(whole)); },
  form_in_written_frame: (path, whole) => framed({ srcdoc: markup(whole) }),
  form_in_data_address: (path, whole) => framed({ src: `data:text/html,${encodeURIComponent(markup(whole))}` }),
  form_in_blob_address: (path, whole) => framed({ src: URL.createObjectURL(new Blob([markup(whole)], { type: "text/html" })) }),
  form_in_foreign_frame: (path, whole) => foreign.contentWindow.postMessage(whole, "*"),
  form_in_sandbox: (path, whole) => sandboxed.contentWindow.postMessage(whole, "*"),
  form_in_object: path => document.body.append(Object.assign(document.createElement("object"), { data: `/ways/sends.html?form=${path}` })),
  form_in_shadow: path => { const host = document.createElement("div"); document.body.append(host); const made = form(path); host.attachShadow({ mode: "closed" }).append(made); press(made); },
  form_of_next_page: path => { location = `/ways/sends.html?form=${path}`; },
  form_of_window: path => open(`/ways/sends.html?form=${path}`),
  form_of_window_alone: path => open(`/ways/sends.html?form=${path}`, "_blank", "noopener"),
  form_by_script_address: path => { form(path).id = "made"; location = "javascript:made.submit()"; },
  form_answered_by_file: path => press(form(`${path}?file`)),
  form_sent_on: path => press(form(`${path}?on`)),
  // Requests of scripts
  fetch_post: path => fetch(path, POST),
  fetch_put: path => fetch(path, { ...POST, method: "PUT" }),
  fetch_patch: path => fetch(path, { ...POST, method: "PATCH" }),
  fetch_delete: path => fetch(path, { method: "DELETE" }),
  fetch_own_method: path => fetch(path, { ...POST, method: "MKCOL" }),
  fetch_json: path => fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ nom: "Dupont", lignes: [1, 2] }) }),
  fetch_parameters: path => fetch(path, { method: "POST", body: new URLSearchParams({ nom: "Dupont", mot_de_passe: "s3cret" }) }),
  fetch_parts: path => { const data = new FormData(); data.append("nom", "Dupont"); fetch(path, { method: "POST", body: data }); },
  fetch_blob: path => fetch(path, { method: "POST", body: new Blob(["x".repeat(100)]) }),
  fetch_elsewhere: path => fetch(OTHER + path, { ...POST, mode: "no-cors" }),
  fetch_elsewhere_asking_first: path => fetch(OTHER + path, { ...POST, method: "PUT" }),
  fetch_of_frame: path => framed({ name: "fetching" }) || fetching.fetch(path, POST),
  fetch_kept_alive: path => fetch(path, { ...POST, keepalive: true }),
  fetch_kept_alive_leaving: path => leaving(() => fetch(path, { ...POST, keepalive: true })),
  fetch_later: path => fetchLater(path, { ...POST, activateAfter: 0 }),
  fetch_later_leaving: path => { fetchLater(path, POST); location = "/ways/empty.html"; },
  fetch_sent_on: path => fetch(`${path}?on`, POST),
  xhr_post: path => sent("POST", path),
  xhr_put: path => sent("PUT", path),
  xhr_waiting: path => sent("POST", path, true),
  // What goes out on the way out
  beacon: path => navigator.sendBeacon(path, "x"),
  beacon_leaving: path => leaving(() => navigator.sendBeacon(path, "x")),
  beacon_of_closed_window: path => open(`/ways/sends.html?beacon=${path}`),
  beacon_of_removed_frame: path => framed({ src: `/ways/sends.html?beacon=${path}` }),
  ping: path => { const link = Object.assign(document.createElement("a"), { href: "/ways/empty.html", ping: path, target: "_blank" }); document.body.append(link); link.click(); },
  report: () => framed({ src: "/ways/report.html" }),
  svg_document: () => document.body.append(Object.assign(document.createElement("embed"), { src: "/ways/drawing.svg" })),
  // Workers
  worker: (path, whole) => new Worker(script(posting(whole))),
  worker_of_file: path => new Worker(`/ways/worker.js?post=${path}`),
  worker_module: () => new Worker("/ways/module.js", { type: "module" }),
  worker_xhr: (path, whole) => new Worker(script(`const x = new XMLHttpRequest(); x.open("POST", "${whole}"); x.send("x")`)),
  worker_below: path => new Worker(`/ways/worker.js?below=${path}`),
  worker_shared: path => new SharedWorker(`/ways/worker.js?post=${path}`),
  service_installing: path => service(`install=${path}`, "service_installing"),
  service_activating: path => service(`activate=${path}`, "service_activating"),
  service_told: async path => (await service("told", "service_told")).working.postMessage(path),
  service_relaying: async path => { await service("relay", "service_relaying"); await controlled(); fetch(path, POST); },
  service_turning: async path => { await service(`turn=${path}`, "service_turning"); await controlled(); new Image().src = "/ways/picture.png"; },
  service_sync: async path => (await service("sync", "service_sync")).registration.sync.register(path),
  service_background: async path => (await service("background", "service_background")).registration.backgroundFetch.fetch("one", [new Request(path, POST)]),
  // WebSockets
  socket: path => new WebSocket(socket(path)),
  socket_of_frame: path => framed({ name: "talking" }) || new talking.WebSocket(socket(path)),
  socket_of_window: path => new (open("about:blank").WebSocket)(socket(path)),
  socket_of_worker: path => new Worker(`/ways/worker.js?socket=${socket(path)}`),
  socket_of_shared_worker: path => new SharedWorker(`/ways/worker.js?socket=${socket(path)}`),
  socket_of_service: async path => (await service("socket", "socket_of_service")).working.postMessage(socket(path)),
  socket_stream: path => new WebSocketStream(socket(path)),
};
