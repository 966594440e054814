import "/ways/worker.js?nothing";
fetch("/w/worker_module", { method: "POST", body: "x" });
