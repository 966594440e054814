// The selector engine `robo`: the selector is a place in JSON.
const seek = (root, selector) => find(root, JSON.parse(selector));
const engine = { query: (root, selector) => seek(root, selector)[0] || null, queryAll: seek };
