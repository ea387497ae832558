// Where pages and routes are: below the path under which a proxy leads here, which is that of this file.
export const base = new URL("..", import.meta.url).pathname;

// A path of ours, as the browser is to ask for it.
export const at = (path) => base + path.slice(1);
