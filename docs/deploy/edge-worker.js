// A school at an edge that runs workers: files lie in a bucket as `educa build` makes them (public/…, private/…), and
// everything else is educa's. For Cloudflare: a bucket bound as SCHOOL, the key of `educa edge key` as the secret EDGE_KEY.

/** Whether a token among the cookies opens this path; the format is docs/edge-tokens.md. */
export async function mayRead(path, cookies, key, now = Date.now()) {
  const scope = /^\/course\/[a-z0-9-]+\//.exec(path)?.[0];
  const token = /(?:^|;\s*)educa-edge=v1\.(\d{1,12})\.([\w-]{43})(?:;|$)/.exec(cookies);
  if (!scope || !token || Number(token[1]) * 1000 <= now) return false;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const verifier = await crypto.subtle.importKey("raw", bytes(key), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const signed = new TextEncoder().encode(`educa-edge v1\n${token[1]}\n${scope}`);
  return crypto.subtle.verify("HMAC", verifier, bytes(token[2]), signed);
}

// The path that is checked must be the path that is opened: what could be decoded or resolved to another one is educa's.
function fileOf(path) {
  if (/%(?:2e|2f|5c|25|[01][0-9a-f]|7f|(?![0-9a-f]{2}))|[\\]|\/\/|\/\./i.test(path)) return null;
  try {
    return decodeURIComponent(path) + (path.endsWith("/") ? "index.html" : "");
  } catch {
    return null;
  }
}

export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    const reads = request.method === "GET" || request.method === "HEAD";
    const file = reads && pathname.startsWith("/course/") ? fileOf(pathname) : null;
    if (!file) return fetch(request);
    const open = await env.SCHOOL.get(`public${file}`);
    if (open) return send(open, "public, no-cache");
    if (await mayRead(pathname, request.headers.get("cookie") ?? "", env.EDGE_KEY)) {
      const gated = await env.SCHOOL.get(`private${file}`);
      return gated ? send(gated, "private, no-cache") : fetch(request);
    }
    const renew = `/gate/renew/?next=${encodeURIComponent(pathname + search)}`;
    return new Response(null, { status: 302, headers: { Location: renew, "Cache-Control": "no-store" } });
  },
};

function send(object, cache) {
  const headers = new Headers({ "Cache-Control": cache, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY" });
  object.writeHttpMetadata(headers);
  headers.set("ETag", object.httpEtag);
  if (cache.startsWith("private")) headers.set("Vary", "Cookie");
  return new Response(object.body, { headers });
}
